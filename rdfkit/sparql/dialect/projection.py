"""Repairs of what SELECT hands out: parentheses and names of columns, names used twice, and what is grouped by."""

from __future__ import annotations

from collections.abc import Mapping

from rdfkit.sparql.dialect.edits import Edit, Found, fresh_name
from rdfkit.sparql.dialect.structure import Column, Select, TokenizedQuery, clause, is_grouped
from rdfkit.sparql.tokens import TokenKind


def projection_parentheses(query: TokenizedQuery, prefixes: Mapping[str, str]) -> Found:
    """Parentheses around each expression of SELECT that has a name and none."""
    edits: list[Edit] = []
    shown: list[str] = []
    for select in query.selects:
        for column in select.columns:
            if column.bare and column.name is not None:
                start, end = query.tokens[column.first].start, query.tokens[column.name].end
                edits += [Edit(start, start, " ("), Edit(end, end, ") ")]
                shown.append(query.shown(column.first, column.name))
    return Found(edits, f"put parentheses around {', '.join(shown)}")


def projection_names(query: TokenizedQuery, prefixes: Mapping[str, str]) -> Found:
    """A name for each column of SELECT that has none, as Virtuoso counts them."""
    edits: list[Edit] = []
    shown: list[str] = []
    taken = query.names()
    for select in query.selects:
        for number, column in enumerate(select.columns):
            first, last = query.tokens[column.first], query.tokens[column.last]
            if column.name is not None or (column.first == column.last and first.kind is TokenKind.VARIABLE):
                continue
            if _is_variable_in_brackets(query, column):
                edits += [Edit(first.start, first.end, " "), Edit(last.start, last.end, " ")]
                shown.append(query.shown(column.first + 1, column.last - 1))
                continue
            name = fresh_name(f"callret_{number}", taken)
            edits += [Edit(first.start, first.start, " ("), Edit(last.end, last.end, f" AS ?{name}) ")]
            shown.append(f"{query.shown(column.first, column.last)} is ?{name}")
    return Found(edits, f"gave columns without a name one: {', '.join(shown)}")


def _is_variable_in_brackets(query: TokenizedQuery, column: Column) -> bool:
    inside = query.tokens[column.first + 1 : column.last]
    return query.is_mark(column.first, "(") and len(inside) == 1 and inside[0].kind is TokenKind.VARIABLE


def shadowed_variables(query: TokenizedQuery, prefixes: Mapping[str, str]) -> Found:
    """Another name for variables whose name is that of a column."""
    edits: set[Edit] = set()
    shown: list[str] = []
    taken = query.names()
    for select in query.selects:
        aliases = {column.name for column in select.columns if column.name is not None}
        order, last = clause(query, select, "ORDER")
        for number in range(len(select.columns)):
            name = _shadowed(query, select, number)
            if name is None:
                continue
            fresh = fresh_name(f"{name}_", taken)
            # The columns after this one and ORDER BY mean the column by this name, not the variable.
            after = {
                position
                for other in select.columns[number + 1 :]
                for position in query.variables(other.first, other.last)
            }
            inside = (
                set(range(select.keyword, select.end + 1)) - set(range(order, last + 1)) - aliases - after
            )
            edits |= {
                Edit(token.start + 1, token.end, fresh)
                for token in (query.tokens[position] for position in inside)
                if token.kind is TokenKind.VARIABLE and token.text[1:] == name
            }
            shown.append(f"?{name} is ?{fresh}")
    return Found(sorted(edits), f"renamed variables whose name is that of a column: {', '.join(shown)}")


def _shadowed(query: TokenizedQuery, select: Select, number: int) -> str | None:
    """The name of a column when a variable of that name is in scope: https://www.w3.org/TR/sparql11-query/#variableScope"""
    column = select.columns[number]
    if column.name is None:
        return None
    name = query.name(column.name)
    places = [
        position for one in select.columns[: number + 1] for position in query.variables(one.first, one.last)
    ]
    if is_grouped(query, select):
        places += query.variables(*clause(query, select, "GROUP"))
    else:
        places += query.variables(select.opening, select.closing)
    return name if any(query.name(position) == name for position in places) else None


def implied_group_by(query: TokenizedQuery, prefixes: Mapping[str, str]) -> Found:
    """GROUP BY where an aggregate stands beside variables."""
    edits: list[Edit] = []
    shown: list[str] = []
    for select in query.selects:
        grouped = _grouped_variables(query, select)
        if grouped:
            closing = query.tokens[select.closing].end
            edits.append(Edit(closing, closing, f" GROUP BY {' '.join(grouped)} "))
            shown += grouped
    listed = ", ".join(dict.fromkeys(shown))
    return Found(edits, f"grouped by the variables that stand beside an aggregate: {listed}")


def _grouped_variables(query: TokenizedQuery, select: Select) -> list[str]:
    """By what Virtuoso groups a SELECT that has aggregates and no GROUP BY; with HAVING it refuses to."""
    if not any(query.aggregates(column.first, column.last) for column in select.columns) or any(
        query.is_word(position, "GROUP", "HAVING") for position in range(select.closing, select.end + 1)
    ):
        return []
    order = [clause(query, select, "ORDER")]
    used = [(column.first, column.last) for column in select.columns] + order
    names = {query.name(column.name) for column in select.columns if column.name is not None}
    found = (query.name(position) for first, last in used for position in query.variables(first, last))
    return [f"?{name}" for name in dict.fromkeys(found) if name not in names]
