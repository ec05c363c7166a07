"""Changes of a store: SPARQL 1.1 Update, and whole graphs as the Graph Store Protocol knows them.

https://www.w3.org/TR/sparql11-update/, https://www.w3.org/TR/sparql11-http-rdf-update/. A change is a build like any
other: a copy is changed and then switched in, so readers see the store as it was or as it will be. The metadata counts
the changes: a build from pages would discard them, and does so only when it is told to.

To a change, the default graph is what was written without naming a graph. Queries see the merge of all graphs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox

from rdfkit.errors import NotFoundError, PreconditionError, QueryRefusedError, UpdateError
from rdfkit.rdf.formats import Format
from rdfkit.rdf.identifiers import prefix_map
from rdfkit.sparql.dataset import Dataset
from rdfkit.sparql.limits import SAFE, Complexity
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.syntax_errors import syntax_error
from rdfkit.sparql.tokens import Token, TokenKind
from rdfkit.store.builds import UPDATES, changing

_Result = TypeVar("_Result")
_SKIPPED = frozenset({TokenKind.SPACE, TokenKind.COMMENT})


def update(
    path: str | Path,
    text: str | QueryText,
    *,
    using: Dataset | None = None,
    base_iri: str | None = None,
    limits: Complexity = SAFE,
) -> None:
    """Runs a SPARQL 1.1 update on the store at `path`, wholly or not at all.

    `using` are the graphs of `using-graph-uri` and `using-named-graph-uri` (SPARQL 1.1 Protocol, section 2.2.3).
    Raises QueryRefusedError for LOAD, SERVICE and more than `limits` allow, UpdateError for what is not SPARQL or
    fails, StoreError when the store cannot be written.
    """
    query = QueryText.of(text)
    if query.calls_service or query.loads_documents:
        raise QueryRefusedError(
            "LOAD and SERVICE are refused: an update opens no network connection", key="load"
        )
    query.refuse(limits)
    meant = with_dataset(query, using) if using else query
    try:
        _change(path, lambda graph: graph.update(meant.text, base_iri=base_iri, prefixes=prefix_map()))
    except SyntaxError as error:
        said = syntax_error(error, meant, prefix_map(), is_update=True)
        raise UpdateError(said.message, line=said.line, column=said.column) from error
    except (RuntimeError, ValueError) as error:
        raise UpdateError(f"the update failed: {error}") from error


@dataclass(frozen=True, slots=True)
class Document:
    """An RDF document in a file."""

    path: Path
    format: Format


def put_graph(
    path: str | Path,
    graph: str | None,
    documents: Iterable[Document],
    *,
    base_iri: str,
    merge: bool,
    is_there: bool | None = None,
) -> bool:
    """Replaces a graph by the triples of documents, or adds them to it (`merge`); None is the default graph.

    Returns whether the graph is new; the default graph is when it was empty. Raises UpdateError for a document that is
    not in its format, with line and column; PreconditionError when the graph has to be there already (`is_there`) and
    is not, or the other way round.
    """
    name = ox.NamedNode(graph) if graph is not None else ox.DefaultGraph()

    def work(store: ox.Store) -> bool:
        known = _is_known(store, name)
        if is_there is not None and known != is_there:
            raise PreconditionError(
                "the graph is there already" if known else "there is no graph of this name"
            )
        if known and not merge:
            store.clear_graph(name)
        if isinstance(name, ox.NamedNode):
            store.add_graph(name)
        for document in documents:
            store.extend(_read(document, name, base_iri))
        return not known

    return _change(path, work)


def _is_known(store: ox.Store, name: ox.NamedNode | ox.DefaultGraph) -> bool:
    if isinstance(name, ox.NamedNode):
        return store.contains_named_graph(name)
    return next(store.quads_for_pattern(None, None, None, name), None) is not None


def delete_graph(path: str | Path, graph: str | None) -> None:
    """Removes a graph; None empties the default graph. Raises NotFoundError when there is no such graph."""

    def work(store: ox.Store) -> None:
        if graph is None:
            return store.clear_graph(ox.DefaultGraph())
        if not store.contains_named_graph(ox.NamedNode(graph)):
            raise NotFoundError("there is no graph of this name", value=graph)
        return store.remove_graph(ox.NamedNode(graph))

    _change(path, work)


def with_dataset(query: QueryText, dataset: Dataset) -> QueryText:
    """The update with a USING clause for each graph in each of its DELETE and INSERT operations.

    Raises UpdateError when it has WITH or USING of its own, as the protocol demands.
    """
    clauses = "".join(f" USING <{iri}>" for iri in dataset.default_graphs)
    clauses += "".join(f" USING NAMED <{iri}>" for iri in dataset.named_graphs)
    # Raises for what is no IRI, so that nothing else gets into the text.
    dataset.options()
    parts, depth, before = [], 0, ""
    for number, token in enumerate(query.tokens):
        depth += (token.text == "{") - (token.text == "}") if token.kind is TokenKind.MARK else 0
        word = token.text.upper() if token.kind is TokenKind.WORD and depth == 0 else ""
        if word in ("WITH", "USING"):
            raise UpdateError(
                "an update with WITH or USING cannot have a dataset by the protocol", key="using-graph-uri"
            )
        if word == "WHERE":
            # DELETE WHERE { … } takes no USING; DELETE { … } WHERE { … } says the same.
            parts.append(
                f"{_group(query.tokens[number + 1 :])}{clauses} " if before == "DELETE" else f"{clauses} "
            )
        parts.append(token.text)
        before = before if token.kind in _SKIPPED else token.text.upper()
    return QueryText("".join(parts))


def _group(following: Iterable[Token]) -> str:
    """The group that begins here, to its closing bracket."""
    depth, parts = 0, []
    for token in following:
        parts.append(token.text)
        if token.kind is TokenKind.MARK and token.text in "{}":
            depth += 1 if token.text == "{" else -1
            if depth == 0:
                break
    return "".join(parts)


def _change(path: str | Path, work: Callable[[ox.Store], _Result]) -> _Result:
    with changing(path) as (stage, metadata):
        found = stage.change(work)
        kept = {key: value for key, value in metadata.items() if key not in OWN}
        stage.commit({**kept, UPDATES: kept.get(UPDATES, 0) + 1})
    return found


# What `Stage.commit` says itself.
OWN = frozenset({"quads", "built", "oxigraph", "name", "merged"})


def _read(document: Document, graph: ox.NamedNode | ox.DefaultGraph, base_iri: str) -> Iterator[ox.Quad]:
    """The triples of a document, as quads of a graph."""
    format = document.format
    try:
        for quad in ox.parse(
            path=document.path, format=format.rdf, base_iri=base_iri, rename_blank_nodes=True
        ):
            if quad.graph_name != ox.DefaultGraph():
                raise UpdateError(
                    "the document has named graphs, the graph store takes one graph at a time",
                    expected="triples without a graph name",
                )
            yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)
    except SyntaxError as error:
        raise UpdateError(
            f"not valid {format.label}: {error.msg}", line=error.lineno, column=error.offset
        ) from error
