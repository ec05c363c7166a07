"""The genes of figures and pathways, as a graph says them: what links between the two are computed from."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from rdfkit.rdf.identifiers import expand

_TYPE = ox.NamedNode(expand("rdf:type"))
_MENTIONS = ox.NamedNode(expand("schema:mentions"))
_PART_OF = ox.NamedNode(expand("dcterms:isPartOf"))
_ENTREZ = ox.NamedNode(expand("wp:bdbEntrezGene"))
_VERSION = ox.NamedNode(expand("pav:hasVersion"))
_ORGANISM = ox.NamedNode(expand("wp:organism"))
_FIGURE_ORGANISM = ox.NamedNode(expand("pfocr:organism"))
_GENE_ORGANISM = ox.NamedNode(expand("schema:taxonomicRange"))
_RECOGNISED = ox.NamedNode(expand("pfocr:recognisedOrganism"))
_FIGURE = ox.NamedNode(expand("doco:Figure"))
# All that `gene_sets` looks at.
_ORGANISMS = (_ORGANISM, _FIGURE_ORGANISM, _GENE_ORGANISM)
GENE_PREDICATES = (_TYPE, _MENTIONS, _PART_OF, _ENTREZ, _VERSION, *_ORGANISMS, _RECOGNISED)
_GENE = expand("ncbigene:")


@dataclass(frozen=True, slots=True)
class GeneSet:
    """A figure or pathway: its IRI, its taxa and its Entrez genes, all as IRIs."""

    iri: str
    taxa: frozenset[str]
    genes: frozenset[str]


def gene_sets(triples: Iterable[ox.Triple]) -> tuple[list[GeneSet], list[GeneSet]]:
    """The figures and the pathways (without version) of a graph, each sorted by IRI, with taxa and genes.

    A figure has the genes that it mentions, which are those of its species; a pathway has the Entrez cross-references
    of its data nodes. The taxa of a figure are those in which its words were recognised, if it says so, else those of
    its article, and if it names none, those of its genes.
    """
    figures: set[str] = set()
    mentions: dict[str, set[str]] = {}
    taxa: dict[str, set[str]] = {}
    recognised: dict[str, set[str]] = {}
    nodes: dict[str, set[str]] = {}
    parts: dict[str, set[str]] = {}
    versions: dict[str, set[str]] = {}
    for subject, predicate, value in _named(triples):
        if predicate == _MENTIONS and value.startswith(_GENE):
            mentions.setdefault(subject, set()).add(sys.intern(value))
        elif predicate == _ENTREZ and value.startswith(_GENE):
            nodes.setdefault(subject, set()).add(sys.intern(value))
        elif predicate == _PART_OF:
            parts.setdefault(value, set()).add(subject)
        elif predicate in _ORGANISMS:
            taxa.setdefault(subject, set()).add(sys.intern(value))
        elif predicate == _RECOGNISED:
            recognised.setdefault(subject, set()).add(sys.intern(value))
        elif predicate == _VERSION:
            versions.setdefault(subject, set()).add(value)
        elif predicate == _TYPE and value == _FIGURE.value:
            figures.add(subject)
    shown = []
    for figure in sorted(figures):
        genes = mentions.get(figure, set())
        own = recognised.get(figure) or taxa.get(figure) or _union(taxa, genes)
        shown.append(GeneSet(figure, frozenset(own), frozenset(genes)))
    drawn = []
    for pathway in sorted(versions):
        elements = _union(parts, versions[pathway])
        drawn.append(
            GeneSet(pathway, frozenset(_union(taxa, versions[pathway])), frozenset(_union(nodes, elements)))
        )
    return shown, drawn


def _named(triples: Iterable[ox.Triple]) -> Iterator[tuple[str, ox.NamedNode, str]]:
    for triple in triples:
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode):
            yield triple.subject.value, triple.predicate, triple.object.value


def _union(values: Mapping[str, set[str]], keys: Iterable[str]) -> set[str]:
    return {value for key in keys for value in values.get(key, ())}
