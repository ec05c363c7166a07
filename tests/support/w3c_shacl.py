"""The W3C's test suite of SHACL: its cases, and reports compared as the suite wants them compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import rdflib
from rdflib.compare import to_canonical_graph
from rdflib.namespace import RDF, SH

from tests.support.paths import PROJECT

SUITE = PROJECT.parent / "shared" / "w3c" / "shacl"
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")
# What the suite compares of a result; its messages only where it gives any.
COMPARED = (
    *(SH.focusNode, SH.resultPath, SH.resultSeverity, SH.sourceConstraintComponent, SH.sourceShape),
    *(SH.value, SH.resultMessage),
)


@dataclass(frozen=True)
class W3cCase:
    """A test: the files of data and shapes, and the report that is expected, None where checking has to fail."""

    name: str
    data: Path
    shapes: Path
    report: rdflib.Graph | None


def cases(part: str) -> Iterator[W3cCase]:
    """The tests of a part of the suite (core, sparql), in the order of their files."""
    for path in sorted((SUITE / part).rglob("*.ttl")):
        graph = rdflib.Graph().parse(path, publicID=path.as_uri())
        for entry in graph.subjects(RDF.type, SHT.Validate):
            action, result = graph.value(entry, MF.action), graph.value(entry, MF.result)
            data, shapes = (
                Path(str(graph.value(action, one)).removeprefix("file://"))
                for one in (SHT.dataGraph, SHT.shapesGraph)
            )
            report = None if result == SHT.Failure else reduced(graph, result)
            name = f"{path.relative_to(SUITE).with_suffix('')}"
            yield W3cCase(name, data, shapes, report)


def reduced(graph: rdflib.Graph, report: rdflib.term.Node) -> rdflib.Graph:
    """What the suite compares of a report."""
    found = rdflib.Graph()
    node = rdflib.BNode()
    for one in graph.objects(report, SH.conforms):
        found.add((node, SH.conforms, one))
    for result in graph.objects(report, SH.result):
        item = rdflib.BNode()
        found.add((node, SH.result, item))
        for predicate in COMPARED:
            for value in graph.objects(result, predicate):
                if predicate == SH.resultPath:
                    value = _copy(graph, value, found)
                found.add((item, predicate, value))
    return found


def same(found: rdflib.Graph, expected: rdflib.Graph) -> bool:
    """Whether two reduced reports say the same but for the names of blank nodes."""
    if not any(expected.triples((None, SH.resultMessage, None))):
        found.remove((None, SH.resultMessage, None))
    return set(to_canonical_graph(found)) == set(to_canonical_graph(expected))


def report_of(text: str) -> rdflib.Graph:
    """The reduced report of a Turtle text."""
    graph = rdflib.Graph().parse(data=text, format="turtle")
    return reduced(graph, graph.value(None, RDF.type, SH.ValidationReport))


def _copy(graph: rdflib.Graph, node: rdflib.term.Node, into: rdflib.Graph) -> rdflib.term.Node:
    if not isinstance(node, rdflib.BNode):
        return node
    new = rdflib.BNode()
    for predicate, value in graph.predicate_objects(node):
        into.add((new, predicate, _copy(graph, value, into)))
    return new
