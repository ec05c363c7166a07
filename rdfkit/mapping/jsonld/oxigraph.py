"""A JSON-LD document into quads, through Oxigraph's JSON-LD 1.1 parser: whatever the compiled contexts do not cover.

No blank nodes come out: any that is left becomes an IRI under its page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from rdfkit.errors import JsonLdError
from rdfkit.mapping.document import Document, Node
from rdfkit.mapping.jsonld.contexts import context


def quads(document: Document) -> Iterator[ox.Quad]:
    """The quads of a document in its named graph. Raises JsonLdError, naming the graph, for what is not JSON-LD.

    The nodes of the document are read once.
    """
    own = {document.kind: list(document.nodes), "schema": document.schema_nodes}
    parts: list[tuple[Any, list[Node]]] = [(context(name), nodes) for name, nodes in sorted(own.items())]
    for node in document.foreign_nodes:
        body = {key: value for key, value in node.items() if key != "@context"}
        parts.append((node["@context"], [body]))
    found = [quad for mapping, nodes in parts if nodes for quad in _parsed(mapping, document.graph, nodes)]
    return _without_blank_nodes(found, document.graph)


def _parsed(mapping: Any, graph: str, nodes: list[Node]) -> list[ox.Quad]:  # noqa: ANN401 - a JSON-LD context
    # https://www.w3.org/TR/json-ld11/#named-graphs
    named = {"@context": mapping, "@graph": [{"@id": graph, "@graph": nodes}]}
    try:
        return list(ox.parse(json.dumps(named, ensure_ascii=False).encode(), ox.RdfFormat.JSON_LD))
    except SyntaxError as error:
        raise JsonLdError(f"is not JSON-LD: {error.msg}", value=graph) from error


def _without_blank_nodes(found: Iterable[ox.Quad], graph: str) -> Iterator[ox.Quad]:
    """Replaces blank nodes (RDF lists, for one) by IRIs under the page, numbered as they appear.

    https://www.w3.org/TR/rdf11-concepts/#section-skolemization
    """
    known: dict[ox.BlankNode, ox.NamedNode] = {}

    def named(term: Any) -> Any:  # noqa: ANN401 - any RDF term
        if not isinstance(term, ox.BlankNode):
            return term
        return known.setdefault(term, ox.NamedNode(f"{graph}#genid-{len(known) + 1}"))

    for quad in found:
        if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
            yield ox.Quad(named(quad.subject), quad.predicate, named(quad.object), quad.graph_name)
        else:
            yield quad
