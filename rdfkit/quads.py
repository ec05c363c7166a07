"""JSON-LD documents into quads: batches that share a context, through Oxigraph's JSON-LD 1.1 parser.

One named graph per document. No blank nodes come out: any that is left becomes an IRI under its page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import pyoxigraph as ox

from rdfkit.contexts import context
from rdfkit.documents import Document, Node
from rdfkit.errors import JsonLdError

BATCH = 200

_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def quads(documents: Iterable[Document]) -> Iterator[ox.Quad]:
    """The quads of documents, in the order of the documents, each in the named graph of its document.

    Raises JsonLdError, naming the graph, when a document is not JSON-LD.
    """
    stream = iter(documents)
    while batch := tuple(islice(stream, BATCH)):
        yield from _batch_quads(batch)


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


def _batch_quads(batch: tuple[Document, ...]) -> Iterator[ox.Quad]:
    by_context: dict[str, list[Node]] = {}
    for document in batch:
        by_context.setdefault(document.kind, []).append(_named_graph(document.graph, document.nodes))
        by_context.setdefault("schema", []).append(_named_graph(document.graph, document.schema_nodes))
    parsed = [_parse(context(name), graphs) for name, graphs in sorted(by_context.items())]
    parsed.extend(_foreign(document) for document in batch if document.foreign_nodes)
    yield from _without_blank_nodes(chain.from_iterable(parsed))


def _foreign(document: Document) -> list[ox.Quad]:
    found: list[ox.Quad] = []
    for node in document.foreign_nodes:
        body = {key: value for key, value in node.items() if key != "@context"}
        found.extend(_parse(node["@context"], [_named_graph(document.graph, [body])]))
    return found


def _named_graph(graph: str, nodes: list[Node]) -> Node:
    # https://www.w3.org/TR/json-ld11/#named-graphs
    return {"@id": graph, "@graph": nodes}


def _parse(mapping: Any, graphs: list[Node]) -> list[ox.Quad]:  # noqa: ANN401 - a JSON-LD context
    text = json.dumps({"@context": mapping, "@graph": graphs}, ensure_ascii=False)
    try:
        return list(ox.parse(text.encode(), ox.RdfFormat.JSON_LD))
    except SyntaxError as error:
        if len(graphs) == 1:
            raise JsonLdError(f"is not JSON-LD: {error.msg}", value=graphs[0]["@id"]) from error
    return [quad for graph in graphs for quad in _parse(mapping, [graph])]


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
