"""The columns of `SELECT *`: in the order in which the query names them, as all engines but Oxigraph give them."""

from __future__ import annotations

from collections.abc import Sequence

from rdfkit.sparql.query import QueryText
from rdfkit.sparql.tokens import Token, TokenKind


def in_order_of_appearance(query: QueryText, columns: Sequence[str]) -> str | None:
    """The text of the query with its variables in place of the `*`; None when they come in that order anyway."""
    star = _star(query) if len(columns) > 1 else None
    if star is None:
        return None
    named = (token.text[1:] for token in query.significant if token.kind is TokenKind.VARIABLE)
    wanted = [name for name in dict.fromkeys(named) if name in columns]
    if len(wanted) != len(columns) or wanted == [*columns]:
        return None
    variables = " ".join(f"?{name}" for name in wanted)
    return f"{query.text[: star.start]} {variables} {query.text[star.end :]}"


def _star(query: QueryText) -> Token | None:
    """The star behind the first SELECT, where no brace stands before it."""
    found = iter(query.significant)
    for token in found:
        if token.text == "{":
            return None
        if token.is_word("SELECT"):
            after = next(found, None)
            if after is not None and (after.is_word("DISTINCT") or after.is_word("REDUCED")):
                after = next(found, None)
            return after if after is not None and after.text == "*" else None
    return None
