"""Names of shapes are the same on every run, and each its own."""

from __future__ import annotations

import pytest

from rdfkit.validation.shacl.names import ShapeNames
from tests.support.shacl_graphs import shapes_graph

COMPONENT = "http://www.w3.org/ns/shacl#MinCountConstraintComponent"
EX = "http://example.org/"
NAMES = {
    "ex:S sh:property ex:P . ex:P sh:path ex:p ; sh:minCount 1 .": [f"{EX}P"],
    "ex:S sh:property [ sh:path ex:p ; sh:minCount 1 ] .": [f"{EX}S/p/minCount"],
    "ex:S sh:property [ sh:path ex:p ; sh:minCount 1 ], [ sh:path ex:p ; sh:minCount 2 ] .": [
        f"{EX}S/p/minCount",
        f"{EX}S/p-2/minCount",
    ],
    "ex:S sh:property [ sh:path ( ex:p [ sh:inversePath ex:q ] ) ; sh:minCount 1 ] .": [
        f"{EX}S/p/^q/minCount"
    ],
    "ex:S sh:property [ sh:path [ sh:zeroOrMorePath ex:p ] ; sh:minCount 1 ] .": [f"{EX}S/p*/minCount"],
    "ex:S sh:property [ sh:path [ sh:alternativePath ( ex:p rdfs:label ) ] ; sh:minCount 1 ] .": [
        f"{EX}S/(p|rdfs:label)/minCount"
    ],
    "ex:S sh:or ( [ sh:property [ sh:path ex:p ; sh:minCount 1 ] ] ) .": [f"{EX}S/or/p/minCount"],
    "[] sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .": [
        f"targetClass={EX}T/p/minCount"
    ],
}


@pytest.mark.parametrize("shapes", NAMES)
def test_names(shapes: str) -> None:
    graph = shapes_graph(shapes)
    names = ShapeNames(graph.statements)
    found = [
        names.name(node, COMPONENT)
        for node, said in graph.statements.items()
        if "<http://www.w3.org/ns/shacl#minCount>" in said
    ]
    assert sorted(found) == sorted(NAMES[shapes])
