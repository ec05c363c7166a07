"""Virtuoso's looser dialect of SPARQL, repaired: what the endpoint of WikiPathways takes becomes SPARQL 1.1.

The standard comes first: a text that runs is never changed, and a text that no repair makes run stays as it is.
Between the two, every repair whose form occurs is applied, and each has a name. The forms are those of the
public queries of WikiPathways, and what each means was measured on Virtuoso 7.2:

- an expression in SELECT needs neither parentheses nor a name (Virtuoso calls it callret-0, by its column);
- commas may stand between the columns of SELECT and of ORDER BY;
- beside an aggregate, without GROUP BY, the variables that SELECT or ORDER BY use outside of aggregates are grouped
  by: the variables, not the expressions around them;
- a column may have the name of a variable: `(str(?title) AS ?title)`, `(str(?label) AS ?gene)`;
- `group_concat(?x, ',')` is `GROUP_CONCAT(?x; separator=',')`;
- XPath functions read IRIs as text: `fn:substring(?iri, 37)`;
- some prefixes need no declaration;
- instructions to Virtuoso stand before the query: `DEFINE sql:select-option "order"`.

Repairs work on the tokens of a text, so strings, comments and IRIs stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pyoxigraph as ox

from rdfkit.sparql.dialect import projection, spelling
from rdfkit.sparql.dialect.edits import Edit, Found, Repair, Repaired, edited
from rdfkit.sparql.dialect.structure import TokenizedQuery
from rdfkit.sparql.tokens import Token, calls_service

_Find = Callable[[TokenizedQuery, Mapping[str, str]], Found]

# In this order: undeclared names first, and columns get their names before anything looks at these.
_REPAIRS: tuple[tuple[str, _Find], ...] = (
    ("pragma", spelling.pragmas),
    ("xpath-function", spelling.xpath_functions),
    ("endpoint-prefix", spelling.endpoint_prefixes),
    ("group-concat-separator", spelling.group_concat_separators),
    ("projection-commas", spelling.projection_commas),
    ("order-by-commas", spelling.order_by_commas),
    ("projection-parentheses", projection.projection_parentheses),
    ("projection-name", projection.projection_names),
    ("shadowed-variable", projection.shadowed_variables),
    ("implied-group-by", projection.implied_group_by),
)


def repair(text: str, prefixes: Mapping[str, str], tokens: Sequence[Token] | None = None) -> Repaired:
    """A query as SPARQL 1.1. `prefixes` (prefix → IRI) need no declaration; `tokens` are the significant ones of the
    text, if they are known.

    The text comes back unchanged and without repairs when it is SPARQL 1.1 already, and when no repair makes it so.
    Any text will do. Nothing is fetched from the network.
    """
    query, done = TokenizedQuery(text, tokens), []
    if _runs(query, prefixes):
        return Repaired(text, ())
    for name, find in _REPAIRS:
        found = find(query, prefixes)
        if found.edits:
            query = TokenizedQuery(edited(query.text, found.edits))
            done.append(Repair(name, found.sentence))
    if not done or not _runs(query, prefixes):
        return Repaired(text, ())
    return Repaired(query.text, tuple(done))


def check_syntax(
    text: str, prefixes: Mapping[str, str], base_iri: str | None = None, tokens: Sequence[Token] | None = None
) -> SyntaxError | None:
    """What is wrong with a text as SPARQL 1.1, or None. Nothing is fetched. Arguments are as for `repair`."""
    try:
        _run(TokenizedQuery(text, tokens), prefixes, base_iri)
    except SyntaxError as error:
        # A traceback would keep all callers, and what they have, until the garbage collector comes.
        return error.with_traceback(None)
    except (RuntimeError, ValueError):
        return None
    return None


def _runs(query: TokenizedQuery, prefixes: Mapping[str, str]) -> bool:
    """Whether Oxigraph takes a text as SPARQL and knows its functions."""
    try:
        _run(query, prefixes)
    except (SyntaxError, RuntimeError):
        return False
    except ValueError:
        # A prefix of the caller is no IRI; no repair of the text helps.
        return True
    return True


def _run(query: TokenizedQuery, prefixes: Mapping[str, str], base_iri: str | None = None) -> None:
    """Runs a text on an empty store, with Oxigraph's errors.

    SERVICE becomes GRAPH, which stands in the same places: an ASK is answered at once, and nothing may be fetched. A
    text in which SERVICE can still be read is not run: that is a RuntimeError.
    """
    local = _without_service(query)
    if calls_service(local):
        raise RuntimeError("a SERVICE clause cannot be made out")
    ox.Store().query(local, prefixes=dict(prefixes), base_iri=base_iri)


def _without_service(query: TokenizedQuery) -> str:
    """The text without SERVICE and SILENT, of the same length, so that places in it stay what they are."""
    edits = [
        Edit(token.start, token.end, " " * 6 if query.is_word(position, "SILENT") else "GRAPH  ")
        for position, token in enumerate(query.tokens)
        if query.is_word(position, "SERVICE")
        or (query.is_word(position, "SILENT") and query.is_word(position - 1, "SERVICE"))
    ]
    return edited(query.text, edits)
