"""Repairs of how things are written: instructions, names of functions, commas, prefixes without a declaration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from rdfkit.package_data import beside, read_toml
from rdfkit.sparql.dialect.edits import Edit, Found
from rdfkit.sparql.dialect.structure import Select, TokenizedQuery, clause
from rdfkit.sparql.tokens import Token, TokenKind, declared_prefixes, iri_of, undeclared_name

_XPATH = ("http://www.w3.org/2005/xpath-functions#", "http://www.w3.org/2005/xpath-functions/#")


def pragmas(query: TokenizedQuery, prefixes: Mapping[str, str]) -> Found:
    """Instructions to Virtuoso before the query, left out."""
    edits: list[Edit] = []
    shown: list[str] = []
    position = 0
    while query.is_word(position, "DEFINE") and position + 2 < len(query.tokens):
        edits.append(Edit(query.tokens[position].start, query.tokens[position + 2].end, ""))
        shown.append(query.shown(position, position + 2))
        position += 3
    return Found(edits, f"left out instructions to Virtuoso: {', '.join(shown)}")


def xpath_functions(query: TokenizedQuery, prefixes: Mapping[str, str]) -> Found:
    """XPath functions as those of SPARQL, on the text of their arguments."""
    edits: list[Edit] = []
    names: dict[str, str] = {}
    known = {"fn": _XPATH[0], **prefixes, **declared_prefixes(query.tokens)}
    for position, token in enumerate(query.tokens):
        function = _table()["functions"].get(_xpath_name(token, known))
        if function is None or not query.is_mark(position + 1, "(") or position + 1 not in query.partners:
            continue
        arguments = query.arguments(position + 1)
        edits.append(Edit(token.start, token.end, function["call"]))
        for first, last in {"all": arguments, "first": arguments[:1], "none": []}[function["text"]]:
            edits.append(Edit(query.tokens[first].start, query.tokens[first].start, "STR("))
            edits.append(Edit(query.tokens[last].end, query.tokens[last].end, ")"))
        names[token.text] = function["call"]
    shown = ", ".join(f"{name} is {call}" for name, call in names.items())
    return Found(edits, f"made XPath functions SPARQL's own, on the text of their arguments: {shown}")


def _xpath_name(token: Token, prefixes: Mapping[str, str]) -> str:
    """The name of an XPath function after its namespace; empty when the token is none."""
    iri = iri_of(token, prefixes) or ""
    return next((iri.removeprefix(start) for start in _XPATH if iri.startswith(start)), "")


def group_concat_separators(query: TokenizedQuery, prefixes: Mapping[str, str]) -> Found:
    """The second argument of GROUP_CONCAT as its separator."""
    edits = []
    for position in range(len(query.tokens)):
        if query.is_word(position, "GROUP_CONCAT") and position + 1 in query.partners:
            arguments = query.arguments(position + 1)
            if len(arguments) == 2 and query.tokens[arguments[1][0]].kind is TokenKind.STRING:
                first = arguments[0][0] + query.is_word(arguments[0][0], "DISTINCT")
                start, comma = query.tokens[first].start, query.tokens[arguments[1][0] - 1]
                edits += [Edit(start, start, " STR("), Edit(comma.start, comma.end, ") ; separator = ")]
    return Found(edits, "GROUP_CONCAT joins texts, and its second argument became the separator")


def projection_commas(query: TokenizedQuery, prefixes: Mapping[str, str]) -> Found:
    """The commas between the columns of SELECT, left out."""
    commas = (comma for select in query.selects for comma in select.commas)
    return Found(_without(query, commas), "left out the commas between the columns of SELECT")


def order_by_commas(query: TokenizedQuery, prefixes: Mapping[str, str]) -> Found:
    """The commas in ORDER BY, left out."""
    commas = (comma for select in query.selects for comma in _commas_in_order_by(query, select))
    return Found(_without(query, commas), "left out the commas in ORDER BY")


def _without(query: TokenizedQuery, positions: Iterable[int]) -> list[Edit]:
    return [Edit(query.tokens[one].start, query.tokens[one].end, " ") for one in positions]


def _commas_in_order_by(query: TokenizedQuery, select: Select) -> Iterator[int]:
    position, last = clause(query, select, "ORDER")
    while position <= last:
        if query.is_mark(position, ","):
            yield position
        position = query.partners.get(position, position) + 1


def endpoint_prefixes(query: TokenizedQuery, prefixes: Mapping[str, str]) -> Found:
    """Declarations of the prefixes that the endpoint of WikiPathways declares by itself."""
    known: dict[str, str] = _table()["prefixes"]
    added: dict[str, str] = {}
    while (name := undeclared_name(query.tokens, {**prefixes, **added})) is not None and name.prefix in known:
        added[name.prefix] = known[name.prefix]
    declarations = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in added.items())
    listed = ", ".join(f"{prefix}:" for prefix in added)
    return Found(
        [Edit(0, 0, declarations)] if added else [],
        f"declared the prefixes that the endpoint of WikiPathways declares by itself: {listed}",
    )


@cache
def _table() -> dict[str, Any]:
    return read_toml(beside(__file__, "dialect.toml"))
