"""JSON-LD documents into quads: batches that share a context, through Oxigraph's JSON-LD 1.1 parser.

One named graph per document. No blank nodes come out: any that is left becomes an IRI under its page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from rdfkit.contexts import context
from rdfkit.documents import Document, Node
from rdfkit.errors import JsonLdError

# Nodes to a batch: one call of the parser for some hundred small pages, or for a piece of a long table.
BATCH = 2000

_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"

# The named graphs of a batch by the name of their context, and the documents with contexts of their own.
_Batch = tuple[dict[str, list[Node]], list[Document]]


def parse(documents: Iterable[Document]) -> Iterator[ox.Quad | JsonLdError]:
    """The quads of documents, each in the named graph of its document.

    For a document that is not JSON-LD comes a JsonLdError whose value is its graph; some of its quads may come too.
    The nodes of each document are read once, and no more of them are held than a batch takes.
    """
    batch: _Batch = ({}, [])
    held = 0
    for document in documents:
        for node in document.nodes:
            batch[0].setdefault(document.kind, []).append(_named_graph(document.graph, [node]))
            held += _size(node)
            if held >= BATCH:
                yield from _parsed(batch)
                batch, held = ({}, []), 0
        # All of a document's own JSON-LD goes into one batch: its blank nodes are numbered together.
        batch[0].setdefault("schema", []).append(_named_graph(document.graph, document.schema_nodes))
        batch[1].append(document)
    yield from _parsed(batch)


def quads(documents: Iterable[Document]) -> Iterator[ox.Quad]:
    """The quads of documents, as `parse`. Raises JsonLdError, naming the graph, for what is not JSON-LD."""
    for item in parse(documents):
        if isinstance(item, JsonLdError):
            raise item
        yield item


def sorted_quads(found: Iterable[ox.Quad]) -> list[ox.Quad]:
    """The distinct quads by graph, subject, predicate and object in N-Quads form, `rdf:type` first."""
    return sorted(set(found), key=quad_order)


def graph_iri(quad: ox.Quad) -> str | None:
    """The IRI of the named graph of a quad; None in the default graph."""
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else None


def quad_order(quad: ox.Quad) -> tuple[str, str, str, str]:
    """The sort key of `sorted_quads`."""
    predicate = str(quad.predicate)
    return (
        str(quad.graph_name),
        str(quad.subject),
        "" if predicate == _TYPE else predicate,
        str(quad.object),
    )


def _size(node: Node) -> int:
    """How many nodes are in a node, itself included, to the depth that tables have."""
    return 1 + sum(len(value) for value in node.values() if isinstance(value, list))


def _parsed(batch: _Batch) -> Iterator[ox.Quad | JsonLdError]:
    by_context, documents = batch
    found = [item for name, graphs in sorted(by_context.items()) for item in _parse(context(name), graphs)]
    found.extend(item for document in documents for item in _foreign(document))
    yield from (item for item in found if isinstance(item, JsonLdError))
    yield from _without_blank_nodes(item for item in found if isinstance(item, ox.Quad))


def _foreign(document: Document) -> Iterator[ox.Quad | JsonLdError]:
    for node in document.foreign_nodes:
        body = {key: value for key, value in node.items() if key != "@context"}
        yield from _parse(node["@context"], [_named_graph(document.graph, [body])])


def _named_graph(graph: str, nodes: list[Node]) -> Node:
    # https://www.w3.org/TR/json-ld11/#named-graphs
    return {"@id": graph, "@graph": nodes}


def _parse(mapping: Any, graphs: list[Node]) -> list[ox.Quad | JsonLdError]:  # noqa: ANN401 - a JSON-LD context
    text = json.dumps({"@context": mapping, "@graph": graphs}, ensure_ascii=False)
    try:
        return list(ox.parse(text.encode(), ox.RdfFormat.JSON_LD))
    except SyntaxError as error:
        if len(graphs) == 1:
            return [JsonLdError(f"is not JSON-LD: {error.msg}", value=graphs[0]["@id"])]
    # One document spoils its batch: take them one by one to find it.
    return [item for graph in graphs for item in _parse(mapping, [graph])]


def _without_blank_nodes(found: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Replaces blank nodes (RDF lists, for one) by IRIs under the page, numbered as they appear.

    https://www.w3.org/TR/rdf11-concepts/#section-skolemization
    """
    numbers: dict[str, dict[ox.BlankNode, ox.NamedNode]] = {}

    def named(term: Any, graph: str) -> Any:  # noqa: ANN401 - any RDF term
        if not isinstance(term, ox.BlankNode):
            return term
        known = numbers.setdefault(graph, {})
        return known.setdefault(term, ox.NamedNode(f"{graph}#genid-{len(known) + 1}"))

    for quad in found:
        if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
            graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else "urn:rdfkit"
            yield ox.Quad(
                named(quad.subject, graph), quad.predicate, named(quad.object, graph), quad.graph_name
            )
        else:
            yield quad
