"""What an endpoint sent, once its status says success: checked, and read.

Only formats are asked for of which Oxigraph notices that an end is missing: results in JSON, graphs in N-Triples and
Turtle. (It takes SPARQL results in XML that break off after a row.) They are UTF-8 by their standards, whatever a
`charset` says, and anything else is malformed. Nesting is bounded before Oxigraph sees it: some thousand triple terms
within each other end its process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from rdfkit.endpoints.http.response import Reply, shown
from rdfkit.endpoints.registry import Endpoint
from rdfkit.errors import RemoteError
from rdfkit.rdf.terms import Term
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.results import Answer, answer

ACCEPT_ROWS = "application/sparql-results+json, application/json;q=0.5"
ACCEPT_GRAPH = "application/n-triples, text/turtle;q=0.9"
_ROWS_TYPES = frozenset({"application/sparql-results+json", "application/json"})
_GRAPH_TYPES = {
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/x-turtle": ox.RdfFormat.TURTLE,
}
# Where an endpoint has no known cap, these are numbers of rows at which it may have cut.
_ROUND = frozenset({10_000, 20_000, 50_000, 100_000, 1_000_000, 1_048_576})
_ROUNDS_OF_SHRINKING = 16
_MOST_NESTING = 256
_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_JSON_TEXT = re.compile(rb'"(?:[^"\\]+|\\.)*+"?', re.DOTALL)
_BRACKET = re.compile(rb"[{}\[\]]")
_TRIPLE_TERM = re.compile(rb"<<|>>")
# Virtuoso answers ASK with rows: one for true, none for false (seen with 7.2.5).
_VIRTUOSO_TRUTH = ("__ASK_RETVAL",)
_TRUTH = {True: b'{"head":{},"boolean":true}', False: b'{"head":{},"boolean":false}'}
_JSON = ox.QueryResultsFormat.JSON
_GRAPH_FORMS = frozenset({"CONSTRUCT", "DESCRIBE"})
_ALL_GRAPH = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


@dataclass(frozen=True, slots=True)
class RemoteRows:
    """The rows of a SELECT that an endpoint gave: a term or None for each of the variables."""

    variables: tuple[str, ...]
    rows: list[tuple[Term | None, ...]]


def accept(query: QueryText) -> str:
    """The Accept header for a query: media types of rows, or of a graph, by what the query asks for."""
    return ACCEPT_GRAPH if query.form in _GRAPH_FORMS else ACCEPT_ROWS


def read_rows(reply: Reply, url: str) -> RemoteRows:
    """The rows of a reply to a SELECT. Raises RemoteError (`content-type`, `malformed`)."""
    found = _results(reply, url)
    if isinstance(found, bool):
        raise RemoteError.of("malformed", url, "gave true or false in place of rows")
    return found


def read_answer(reply: Reply, url: str) -> tuple[Answer, int]:
    """A reply as an answer, and how many rows or triples it has. Raises RemoteError (`content-type`, `malformed`).

    All of the reply is checked first, so that reading the answer cannot fail.
    """
    if reply.media_type in _GRAPH_TYPES:
        store = _graph(reply, url)
        return answer(store.query(_ALL_GRAPH), store), len(store)
    found = _results(reply, url)
    if isinstance(found, RemoteRows) and found.variables == _VIRTUOSO_TRUTH:
        found = bool(found.rows)
    if isinstance(found, bool):
        return answer(ox.parse_query_results(_TRUTH[found], _JSON), None), 1
    return answer(ox.parse_query_results(reply.body, _JSON), None), len(found.rows)


def reasons(reply: Reply, endpoint: Endpoint, query: QueryText, count: int) -> Iterator[str]:
    """Why a reply of so many rows or triples may not be all that there is."""
    is_graph = reply.media_type in _GRAPH_TYPES
    # Virtuoso cuts a graph one triple later than it says, and without a word about it (seen with 7.2.5).
    counts = {count, count - 1} if is_graph else {count}
    if "x-sql-state" in reply.headers or "x-sql-message" in reply.headers:
        said = reply.headers.get("x-sql-message") or reply.headers.get("x-sql-state", "")
        yield f"the endpoint says that it did not finish: {shown(said)}"
    elif query.limit is not None and query.limit <= count:
        pass  # the query itself asked for no more
    elif "x-sparql-maxrows" in reply.headers:
        yield f"the endpoint says that it cut the answer at {shown(reply.headers['x-sparql-maxrows'])} rows"
    elif endpoint.max_rows is not None and count >= endpoint.max_rows:
        yield f"{count:,} rows, and the endpoint gives at most {endpoint.max_rows:,} without saying so"
    elif counts & _ROUND:
        yield f"exactly {count:,} {'triples' if is_graph else 'rows'}: the endpoint may have cut there"
    if reply.ends_by_closing and is_graph:
        yield "the endpoint did not say how long its answer is, so that a cut would not be seen"


def _results(reply: Reply, url: str) -> RemoteRows | bool:
    if reply.media_type not in _ROWS_TYPES:
        raise _unexpected(reply, url, "results in JSON")
    if _json_is_deep(reply.body):
        raise RemoteError.of("malformed", url, "sent JSON that is nested too deeply")
    found = _parsed(reply.body)
    if isinstance(found, str):
        raise _malformed(url, found)
    return found


def _parsed(body: bytes) -> RemoteRows | bool | str:
    """Results in JSON, or what is wrong with them.

    Oxigraph's solutions must not be dropped by another thread than their own, and the traceback of an error would keep
    them until somebody's garbage collector runs. So no error leaves this place.
    """
    try:
        results = ox.parse_query_results(body, _JSON)
        if isinstance(results, ox.QueryBoolean):
            return bool(results)
        rows = [tuple(solution) for solution in results]
        return RemoteRows(tuple(variable.value for variable in results.variables), rows)
    except (SyntaxError, ValueError) as error:
        return str(error)


def _graph(reply: Reply, url: str) -> ox.Store:
    if _nesting(reply.body, _TRIPLE_TERM, b"<<", b">>") > _MOST_NESTING:
        raise RemoteError.of("malformed", url, "sent triple terms that are nested too deeply")
    store = ox.Store()
    try:
        store.extend(ox.parse(reply.body, _GRAPH_TYPES[reply.media_type], base_iri=url))
    except (SyntaxError, ValueError) as error:
        raise _malformed(url, str(error)) from error
    return store


def _unexpected(reply: Reply, url: str, wanted: str) -> RemoteError:
    sent = shown(reply.media_type) or "something without a media type"
    return RemoteError.of("content-type", url, f"sent {sent} in place of {wanted}")


def _malformed(url: str, said: str) -> RemoteError:
    return RemoteError.of("malformed", url, f"sent an answer that is cut short or malformed: {shown(said)}")


def _json_is_deep(body: bytes) -> bool:
    """Whether JSON is nested deeper than any results are.

    Pairs of brackets are taken away from within, which is quick. Texts may have brackets, too: they go first when
    brackets are left. What then still has many is gone through one by one.
    """
    return (
        _is_deep(_shrunk(body))
        and _is_deep(left := _shrunk(_JSON_TEXT.sub(b"", body)))
        and (_nesting(left, _BRACKET, b"{[", b"}]") > _MOST_NESTING)
    )


def _shrunk(text: bytes) -> bytes:
    """The brackets of a text without those that are pairs, up to some depth."""
    left = text.translate(None, _NO_BRACKETS)
    for _ in range(_ROUNDS_OF_SHRINKING):
        shorter = left.replace(b"{}", b"").replace(b"[]", b"")
        if len(shorter) == len(left):
            break
        left = shorter
    return left


def _is_deep(brackets: bytes) -> bool:
    return len(brackets) > _MOST_NESTING


def _nesting(body: bytes, pattern: re.Pattern[bytes], opening: bytes, closing: bytes) -> int:
    """How deep the openings stand within each other. Stops at what is too deep."""
    deepest = depth = 0
    for match in pattern.finditer(body):
        depth += (match[0] in opening) - (match[0] in closing)
        deepest = max(deepest, depth)
        if deepest > _MOST_NESTING:
            break
    return deepest
