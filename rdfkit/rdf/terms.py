"""RDF terms: what a term may be, and the same terms in rdflib."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from rdfkit.errors import QueryError

if TYPE_CHECKING:
    import rdflib

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_STRING = "http://www.w3.org/2001/XMLSchema#string"


def rdflib_triple(
    triple: ox.Triple,
) -> tuple[rdflib.term.Identifier, rdflib.term.Identifier, rdflib.term.Identifier]:
    """A triple in rdflib's terms. Raises QueryError for a triple term, which rdflib cannot hold."""
    return rdflib_term(triple.subject), rdflib_term(triple.predicate), rdflib_term(triple.object)


def oxigraph_literal(literal: rdflib.Literal) -> ox.Literal:
    """A literal of rdflib's as Oxigraph has it, with its text as it stands."""
    if literal.language:
        return ox.Literal(str(literal), language=literal.language)
    return ox.Literal(
        str(literal), datatype=ox.NamedNode(str(literal.datatype)) if literal.datatype else None
    )


def rdflib_term(term: Term) -> rdflib.term.Identifier:
    """A term as rdflib has it, with the literal's text as it stands. Raises QueryError for a triple term."""
    import rdflib

    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, ox.Triple):
        raise QueryError("rdflib cannot hold a triple within a triple", value=str(term))
    if term.language is not None:
        return rdflib.Literal(term.value, lang=term.language)
    if term.datatype.value == _STRING:
        return rdflib.Literal(term.value)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)
