"""JSON-LD documents into statements: quads as text, with no object of their own and no parser in between.

The context of a kind is compiled once, and each node is read with it. What the compiled contexts do not cover, such as
a block with a context of its own, goes through Oxigraph's parser (`oxigraph`), so the statements are always those that
JSON-LD 1.1 gives.
"""

from __future__ import annotations

from dataclasses import replace

from rdfkit.mapping.document import Document, Node
from rdfkit.mapping.jsonld.compiler import (
    CompiledContext,
    Term,
    compiled,
    datatype,
    language_tag,
    named_node,
    plain_literal,
)
from rdfkit.mapping.jsonld.oxigraph import quads
from rdfkit.mapping.jsonld.terms import UnsureError

# Subject → predicate → the distinct objects in order of first appearance; every term as N-Triples has it.
Statements = dict[str, dict[str, list[str]]]

_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def statements(document: Document) -> Statements:
    """What a document says, in the named graph of its page: the same as `oxigraph.quads` gives.

    The nodes of the document are read once. Raises JsonLdError, naming the graph, for what is not JSON-LD.
    """
    found: Statements = {}
    # Nodes may come from a table as it is read. They are kept in case that they have to be read again.
    unread, nodes = iter(document.nodes), list[Node]()
    rest = replace(document, nodes=[], schema_nodes=[])
    try:
        terms = compiled(document.kind)
        for node in unread:
            nodes.append(node)
            _describe(node, terms, found)
        for node in document.schema_nodes:
            _describe(node, compiled("schema"), found)
    except UnsureError:
        found, rest = {}, replace(document, nodes=[*nodes, *unread])
    for quad in quads(rest):
        _add(found.setdefault(str(quad.subject), {}), str(quad.predicate), [str(quad.object)])
    return {subject: said for subject, said in found.items() if said}


def to_n_quads(found: Statements, graph_iri: str) -> str:
    """The statements as N-Quads in the named graph with that IRI, https://www.w3.org/TR/n-quads/"""
    return _lines(found, f" {named_node(graph_iri)} .\n")


def to_n_triples(found: Statements) -> str:
    """The statements as N-Triples, https://www.w3.org/TR/n-triples/"""
    return _lines(found, " .\n")


def _lines(found: Statements, end: str) -> str:
    return "".join(
        [
            f"{subject} {predicate} {value}{end}"
            for subject, said in found.items()
            for predicate, values in said.items()
            for value in values
        ]
    )


def _describe(node: Node, terms: CompiledContext, found: Statements) -> str:
    """Adds what a node object says, and what the nodes in it say. Gives its IRI."""
    name = node.get("@id")
    if type(name) is not str:
        raise UnsureError("a node without a name is a blank node")
    subject = terms.iri(name)
    said = found.setdefault(subject, {})
    for key, value in node.items():
        if key == "@id":
            continue
        if key == "@type":
            _add(said, _TYPE, [terms.type(item) for item in (value if type(value) is list else [value])])
            continue
        term = terms.term(key)
        if type(value) is str:
            values = [term.write(value)]
        else:
            items = value if type(value) is list else [value]
            values = [term.write(item) if type(item) is str else _object(item, term, found) for item in items]
        if term.is_reverse:
            for other in values:
                _add(found.setdefault(other, {}), term.predicate, [subject])
        else:
            _add(said, term.predicate, values)
    return subject


def _object(value: object, term: Term, found: Statements) -> str:
    """A node or value object as N-Triples has it, https://www.w3.org/TR/json-ld11/#value-objects."""
    if type(value) is not dict:
        raise UnsureError("a value that is no text, list or mapping")
    if "@value" not in value:
        return _describe(value, term.inside, found)
    text, qualifiers = value["@value"], value.keys() - {"@value"}
    if type(text) is str and not term.is_reverse:
        if not qualifiers:
            return plain_literal(text)
        if qualifiers == {"@language"}:
            return plain_literal(text) + language_tag(value["@language"])
        if qualifiers == {"@type"}:
            return plain_literal(text) + datatype(term.inside.type(value["@type"]))
    raise UnsureError("a value object that is not a plain one")


def _add(said: dict[str, list[str]], predicate: str, values: list[str]) -> None:
    known = said.get(predicate)
    if known is None and len(values) == 1:
        said[predicate] = values
    elif values:
        said[predicate] = list(dict.fromkeys([*(known or ()), *values]))
