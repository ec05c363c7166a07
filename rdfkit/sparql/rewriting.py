"""Queries as another endpoint has to be asked: with the prefixes that are known here, about a graph that it keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rdfkit.sparql.dialect.edits import Edit, edited
from rdfkit.sparql.query import FORMS, QueryText
from rdfkit.sparql.tokens import Token, TokenKind, undeclared_names

_CLOSING = {"{": "}", "(": ")"}


def declared(query: QueryText, prefixes: Mapping[str, str], base_iri: str | None = None) -> QueryText:
    """The query with a declaration of each prefix that it uses without one, and of its base, on its first line: so the
    lines of which the endpoint speaks are those of the query.
    """
    used = dict.fromkeys(token.prefix for token in undeclared_names(query.significant))
    wanted = {prefix: prefixes[prefix] for prefix in used if prefix in prefixes}
    base = f"BASE <{base_iri}> " if base_iri is not None else ""
    added = base + "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in wanted.items())
    return QueryText(added + query.text) if added else query


def about(query: QueryText, graph: str, named: str) -> QueryText:
    """The query with `graph` as its default graph, where GRAPH with a variable finds only the solutions of `named`.

    `named` is a pattern with `{}` in the place of that variable. Each graph must be a solution of it once.

    A text whose pattern is not found comes back as it is. The standard has no way to say this by a dataset: one that
    names a default graph has no named graphs but those that it lists. What DESCRIBE tells of the things that it finds
    is the endpoint's own choice all the same.
    """
    found = query.significant
    pattern = _pattern(found)
    if pattern is None:
        return query
    start, end = pattern
    added = {found[start].end: f" GRAPH <{graph}> {{", found[end].start: "} "}
    for place in range(start, end):
        if found[place].is_word("GRAPH") and found[place + 1].kind is TokenKind.VARIABLE:
            last = _end(found, place + 2)
            if last is not None:
                added[found[place].start] = f"{{ {named.format(found[place + 1].text)} "
                added[found[last].end] = "}" + added.get(found[last].end, "")
    return QueryText(edited(query.text, (Edit(place, place, more) for place, more in added.items())))


def _pattern(found: Sequence[Token]) -> tuple[int, int] | None:
    """The braces of the pattern of a query: the first outside of brackets, behind the template of a CONSTRUCT."""
    place = next((number for number, token in enumerate(found) if token.text.upper() in FORMS), None)
    if place is None:
        return None
    has_template = found[place].is_word("CONSTRUCT") and _text(found, place + 1) == "{"
    while place < len(found):
        text = found[place].text
        end = _end(found, place) if found[place].kind is TokenKind.MARK and text in _CLOSING else place
        if end is None:
            return None
        if text == "{":
            if not has_template:
                return place, end
            has_template = False
        place = end + 1
    return None


def _end(found: Sequence[Token], start: int) -> int | None:
    """Where what is opened at a place is closed."""
    opening = _text(found, start)
    if opening not in _CLOSING:
        return None
    depth = 0
    for place in range(start, len(found)):
        if found[place].kind is TokenKind.MARK:
            depth += (found[place].text == opening) - (found[place].text == _CLOSING[opening])
        if depth == 0:
            return place
    return None


def _text(found: Sequence[Token], place: int) -> str:
    return found[place].text if place < len(found) else ""
