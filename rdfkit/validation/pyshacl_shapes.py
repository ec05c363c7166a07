"""Shapes as pyshacl takes them to mean what SHACL says.

Patterns become Python's, with their flags inside. Queries get the prefixes that they declare, also by `owl:imports`.
A range of languages stands for narrower ones. `sh:uniqueLang "1"` is left out: SHACL heeds `true` alone; so is
`sh:ignoredProperties` where nothing is closed, at which pyshacl would stop.
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
_IGNORED, _CLOSED = terms.sh("ignoredProperties"), terms.sh("closed")
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


def rewritten_shapes(shapes: ShapesGraph, patterns: Patterns, data: rdflib.Graph) -> rdflib.Graph:
    """The shapes for pyshacl, to check these data."""
    graph = rdflib_graph(_rewritten(shapes, patterns))
    _widen_languages(graph, data)
    return graph


def _widen_languages(shapes: rdflib.Graph, data: rdflib.Graph) -> None:
    """Adds to each sh:languageIn the languages of the data that it stands for: "zh-Hant-TW" is one of "zh-Hant"."""
    import rdflib
    from rdflib.collection import Collection
    from rdflib.namespace import SH

    heads = set(shapes.objects(None, SH.languageIn))
    found = (one.language for one in data.objects() if heads and isinstance(one, rdflib.Literal))
    languages = {one for one in found if one}
    for head in heads:
        members = Collection(shapes, head)
        ranges = tuple(f"{one}-".lower() for one in members)
        for language in sorted(languages):
            if f"{language}-".lower().startswith(ranges):
                members.append(rdflib.Literal(language))


def _rewritten(shapes: ShapesGraph, patterns: Patterns) -> Iterator[ox.Triple]:
    for triple in shapes.triples:
        subject, predicate, value = str(triple.subject), str(triple.predicate), triple.object
        if predicate == _IGNORED and _CLOSED not in shapes.statements[subject]:
            continue
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
