"""An ontology and its terms as plain values, and the quads that say them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import pyoxigraph as ox

from rdfkit.errors import IdentifierError
from rdfkit.rdf.identifiers import compress, curie, expand, prefix_map
from rdfkit.rdf.iris import is_iri
from rdfkit.report import Result

OBO_NAMESPACE = expand("obo:")
OBO_TERM = re.compile(re.escape(OBO_NAMESPACE) + r"([A-Za-z]\w*)_\w+")
CONSIDER = "http://www.geneontology.org/formats/oboInOwl#consider"
TRUE = ox.Literal("true", datatype=ox.NamedNode(expand("xsd:boolean")))


@dataclass(frozen=True, slots=True)
class Term:
    """One class of an ontology.

    `parents` are the IRIs of its named superclasses, sorted. `deprecated` says that the ontology has given it
    up; `replaced_by` are then the terms to use instead, as far as it names them, and `consider` those that may do.
    """

    iri: str
    label: str | None = None
    parents: tuple[str, ...] = ()
    deprecated: bool = False
    replaced_by: tuple[str, ...] = ()
    consider: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ontology:
    """An ontology: its IRI, which is also that of its graph, what it says of itself, its terms sorted by IRI.

    `problems` are findings that do not keep it from being used.
    """

    iri: str
    path: str
    title: str | None
    version: str | None
    licence: str | None
    terms: tuple[Term, ...]
    problems: tuple[Result, ...]

    def quads(self) -> Iterator[ox.Quad]:
        """The ontology as RDF in the named graph of its own IRI, without blank nodes, in the order of the terms.

        Labels are plain literals, as on pages. `obo:IAO_0100001` is "term replaced by".
        """
        quad = partial(_quad, self.iri)
        yield quad(self.iri, "rdf:type", _node("owl:Ontology"))
        if self.title:
            yield quad(self.iri, "dcterms:title", ox.Literal(self.title))
        if self.version:
            yield quad(self.iri, "owl:versionInfo", ox.Literal(self.version))
        if self.licence:
            licence = ox.NamedNode(self.licence) if is_iri(self.licence) else ox.Literal(self.licence)
            yield quad(self.iri, "dcterms:license", licence)
        for term in self.terms:
            yield quad(term.iri, "rdf:type", _node("owl:Class"))
            if term.label is not None:
                yield quad(term.iri, "rdfs:label", ox.Literal(term.label))
            for parent in term.parents:
                yield quad(term.iri, "rdfs:subClassOf", ox.NamedNode(parent))
            if term.deprecated:
                yield quad(term.iri, "owl:deprecated", TRUE)
            for other in term.replaced_by:
                yield quad(term.iri, "obo:IAO_0100001", ox.NamedNode(other))
            for other in term.consider:
                yield quad(term.iri, CONSIDER, ox.NamedNode(other))


def labels(ontologies: Iterable[Ontology]) -> dict[tuple[str, str], str]:
    """(prefix, label) → CURIE, as `mapping.lookups.Site.term` asks for it, for the terms of known prefixes.

    A term in use goes before a deprecated one of the same label. A label that still has several terms is left
    out, since a page that names it could mean any.
    """
    found: dict[tuple[str, str], dict[bool, set[str]]] = {}
    for ontology in ontologies:
        for term in ontology.terms:
            name = _checked_curie(term.iri) if term.label is not None else None
            if name is not None and term.label is not None:
                by_use = found.setdefault((name.partition(":")[0], term.label), {})
                by_use.setdefault(term.deprecated, set()).add(name)
    chosen = {key: by_use.get(False) or by_use[True] for key, by_use in found.items()}
    return {key: next(iter(names)) for key, names in sorted(chosen.items()) if len(names) == 1}


def _checked_curie(iri: str) -> str | None:
    """The CURIE of a term of an ontology in the prefix map, if its identifier fits the prefix."""
    prefix, _, local = compress(iri).partition(":")
    # `obo` is the namespace of all ontologies that the map does not name.
    if prefix not in prefix_map() or prefix == "obo":
        return None
    try:
        return curie(prefix, local)
    except IdentifierError:
        return None


def _node(name: str) -> ox.NamedNode:
    return ox.NamedNode(expand(name))


def _quad(graph: str, subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(ox.NamedNode(subject), _node(predicate), value, ox.NamedNode(graph))
