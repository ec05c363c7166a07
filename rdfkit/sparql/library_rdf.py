"""The library of queries as RDF: `sh:SPARQLExecutable`, the form of SIB's collections of examples.

The prefixes as in https://www.w3.org/TR/shacl/#sparql-prefixes, the form as in
https://github.com/sib-swiss/sparql-examples.
Each query stands with its parameters bound to their defaults, so that any endpoint can run it as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.iris import percent_encode
from rdfkit.rdf.quads import prefix_quads
from rdfkit.sparql.library import LibraryQuery, bind
from rdfkit.sparql.query import QueryText

# Query form → the class and the property of SHACL for it.
_FORMS = {
    "SELECT": ("sh:SPARQLSelectExecutable", "sh:select"),
    "ASK": ("sh:SPARQLAskExecutable", "sh:ask"),
    "CONSTRUCT": ("sh:SPARQLConstructExecutable", "sh:construct"),
    # SHACL has no class for DESCRIBE; SIB's collections use this one.
    "DESCRIBE": ("https://purl.expasy.org/sparql-examples/ontology#SPARQLDescribeExecutable",
                 "https://purl.expasy.org/sparql-examples/ontology#describe"),
}  # fmt: skip
# Of SIB's collections, too.
_FEDERATES_WITH = "https://purl.expasy.org/sparql-examples/ontology#federatesWith"


def query_triples(queries: Iterable[LibraryQuery], endpoint: str | None = None) -> Iterator[ox.Triple]:
    """The queries and the prefixes that they use. `endpoint` is the address at which they can be run, if any.

    Raises ParameterError for a query with a parameter that has no default.
    """
    for query in queries:
        iri = expand(f"pfocr-site:#query-{percent_encode(query.name)}")
        text = bind(query, {})
        kind, holder = _FORMS[QueryText(text).form]
        for predicate, value in (
            ("rdf:type", _node("sh:SPARQLExecutable")),
            ("rdf:type", _node(kind)),
            ("rdfs:label", ox.Literal(query.title, language="en")),
            ("rdfs:comment", ox.Literal(query.description or query.title, language="en")),
            ("sh:prefixes", _node("pfocr:")),
            (holder, ox.Literal(text)),
            ("schema:keywords", ox.Literal(query.category)),
            *((("schema:target", _node(endpoint)),) if endpoint else ()),
            *((_FEDERATES_WITH, _node(other)) for other in query.endpoints),
        ):
            yield ox.Triple(ox.NamedNode(iri), _node(predicate), value)
    yield from (quad.triple for quad in prefix_quads())


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(expand(iri))
