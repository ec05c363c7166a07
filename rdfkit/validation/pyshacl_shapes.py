"""Shapes as pyshacl takes them to mean what SHACL says.

Patterns become Python's, with their flags inside. Queries get the prefixes that they declare, also by `owl:imports`.
`sh:uniqueLang "1"` is left out: SHACL heeds `true` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

from rdfkit.rdf.terms import rdflib_triple
from rdfkit.validation.shacl import terms
from rdfkit.validation.shacl.data import Description
from rdfkit.validation.shacl.patterns import translated
from rdfkit.validation.shapes_check import QUERIES, declared_prefixes
from rdfkit.validation.shapes_graph import ShapesGraph

if TYPE_CHECKING:
    import rdflib

# A pattern and its flags, and the pattern for Python. Patterns are terms of N-Triples.
Patterns = dict[tuple[str, str], str]
_PATTERN, _FLAGS, _UNIQUE = terms.sh("pattern"), terms.sh("flags"), terms.sh("uniqueLang")
_WITH_QUERY = frozenset(terms.sh(name) for name in QUERIES)


def rdflib_graph(triples: Iterable[ox.Triple]) -> rdflib.Graph:
    """Triples as a graph of rdflib. Raises QueryError for a triple term, which rdflib cannot hold."""
    import rdflib

    graph = rdflib.Graph()
    graph.addN((*rdflib_triple(triple), graph) for triple in triples)
    return graph


def translated_patterns(shapes: ShapesGraph) -> Patterns:
    """Every pattern of the shapes with its flags, and the same for Python."""
    found: Patterns = {}
    for description in shapes.statements.values():
        for pattern in description.get(_PATTERN, ()):
            flags = _flags(description)
            found[pattern, flags] = terms.quoted(translated(terms.text(pattern), flags))
    return found


def rewritten_shapes(shapes: ShapesGraph, patterns: Patterns) -> rdflib.Graph:
    """The shapes for pyshacl."""
    return rdflib_graph(_rewritten(shapes, patterns))


def _rewritten(shapes: ShapesGraph, patterns: Patterns) -> Iterator[ox.Triple]:
    for triple in shapes.triples:
        subject, predicate, value = str(triple.subject), str(triple.predicate), triple.object
        if not isinstance(value, ox.Literal):
            yield triple
        elif predicate == _PATTERN:
            new = patterns[str(value), _flags(shapes.statements[subject])]
            yield ox.Triple(triple.subject, triple.predicate, ox.Literal(terms.text(new)))
        elif predicate in _WITH_QUERY:
            declared = declared_prefixes(shapes, subject).items()
            lines = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in declared)
            yield ox.Triple(triple.subject, triple.predicate, ox.Literal(lines + value.value))
        elif predicate != _FLAGS and (predicate != _UNIQUE or value.value == "true"):
            yield triple


def _flags(description: Description) -> str:
    return "".join(sorted(terms.text(one) for one in description.get(_FLAGS, ())))
