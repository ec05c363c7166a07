"""What is compiled, and what is refused by name, so that pyshacl can have it."""

from __future__ import annotations

import pytest

from rdfkit import shacl
from rdfkit.shacl import UnsupportedShapesError, compile_shapes
from rdfkit.shacl.data import statements

from .graphs import parse

REFUSED = {
    "ex:S a sh:NodeShape ; sh:sparql [ sh:select 'SELECT $this {}' ] .": "sparql",
    "ex:S a sh:NodeShape ; sh:target [ sh:select 'SELECT ?this {}' ] .": "target",
    "ex:S a sh:NodeShape ; sh:rule [ a sh:TripleRule ] .": "rule",
    "ex:K a sh:ConstraintComponent .": "ConstraintComponent",
    "ex:S a sh:NodeShape ; sh:node ex:S .": "names itself",
    "ex:S sh:node ex:T . ex:T sh:property [ sh:path ex:p ; sh:node ex:S ] .": "names itself",
    "ex:S a sh:NodeShape ; sh:node ex:Nowhere .": "says nothing",
    "ex:S a sh:NodeShape ; sh:property [ sh:nodeKind sh:IRI ] .": "without a property shape",
    "ex:S a sh:NodeShape ; sh:node ex:P . ex:P sh:path ex:p .": "with a property shape",
    "ex:S a sh:PropertyShape ; sh:minCount 1 .": "path",
    "ex:S a sh:NodeShape ; sh:path ex:p .": "path",
    "ex:S a sh:NodeShape ; sh:minCount 1 .": "sh:minCount on a node shape",
    "ex:S a sh:PropertyShape ; sh:path ex:p ; sh:minCount 1, 2 .": "several sh:minCount",
    "ex:S a sh:PropertyShape ; sh:path ex:p ; sh:minCount 'one' .": "one",
    "ex:S a sh:PropertyShape ; sh:path ex:p ; sh:maxCount -1 .": "-1",
    "ex:S a sh:PropertyShape ; sh:path ex:p, ex:q .": "several sh:path",
    "ex:S a sh:PropertyShape ; sh:path [ sh:zeroOrMorePath ex:p ] .": "zeroOrMorePath",
    "ex:S a sh:PropertyShape ; sh:path [ sh:alternativePath ( ex:p ex:q ) ] .": "alternativePath",
    "ex:S a sh:PropertyShape ; sh:path [ sh:inversePath ( ex:p ex:q ) ] .": "inverse",
    "ex:S a sh:PropertyShape ; sh:path ( ex:p ) .": "fewer than two",
    "ex:S a sh:PropertyShape ; sh:path ex:p ; sh:qualifiedValueShape ex:T ; sh:qualifiedMinCount 1 .": "qualified",
    "ex:S a sh:NodeShape ; sh:pattern '(' .": "(",
    "ex:S a sh:NodeShape ; sh:nodeKind ex:Kind .": "Kind",
    "ex:S a sh:NodeShape ; sh:datatype 'x' .": "x",
    "ex:S a sh:NodeShape ; sh:in ex:NoList .": "list",
    "ex:S a sh:NodeShape ; sh:or () .": "empty list of sh:or",
    "ex:S a sh:NodeShape ; sh:in _:l . _:l rdf:first 1 ; rdf:rest _:l .": "list",
    "ex:S a sh:NodeShape ; sh:ignoredProperties ( ex:p ) .": "without sh:closed",
    "ex:S a sh:NodeShape ; sh:closed 'yes' .": "yes",
    "ex:S a sh:NodeShape ; sh:minInclusive ex:n .": "ex",
    "ex:S a sh:NodeShape ; sh:severity sh:Info, sh:Warning .": "several sh:severity",
}


@pytest.mark.parametrize("turtle", REFUSED)
def test_what_is_not_covered_is_refused_by_name(turtle: str) -> None:
    with pytest.raises(UnsupportedShapesError, match="pyshacl") as caught:
        compile_shapes(parse(turtle))
    assert REFUSED[turtle] in str(caught.value)


def test_shapes_nested_too_deep_are_refused() -> None:
    chain = "\n".join(f"ex:S{number} sh:node ex:S{number + 1} ." for number in range(20))
    with pytest.raises(UnsupportedShapesError, match="too deep"):
        compile_shapes(parse(f"{chain} ex:S20 a sh:NodeShape ."))


# A class that is a shape targets its own instances.
IMPLICIT = """
ex:C a sh:NodeShape, rdfs:Class ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .
"""


def test_a_class_that_is_a_shape_is_its_own_target() -> None:
    shapes = compile_shapes(parse(IMPLICIT))
    data = statements(
        parse("ex:n0 a ex:C . ex:n1 a ex:D . ex:n2 a ex:D ; ex:p 1 . ex:D rdfs:subClassOf ex:C .")
    )
    assert sorted(result.focus for result in shacl.check(shapes, data)) == [
        "http://example.org/n0",
        "http://example.org/n1",
    ]
    assert [each.focus for each in shacl.check(shapes, data, ["<http://example.org/n1>"])] == [
        "http://example.org/n1"
    ]


def test_what_must_be_fetched() -> None:
    near = compile_shapes(
        parse("ex:S sh:targetObjectsOf ex:p ; sh:property [ sh:path ex:q ; sh:maxCount 1 ] .")
    )
    assert (near.incoming, near.reach) == ({"<http://example.org/p>"}, 0)
    far = compile_shapes(
        parse(
            "ex:S sh:targetNode ex:n ; sh:property [ sh:path ( [ sh:inversePath ex:p ] ex:q ) ; sh:class ex:C ] ."
        )
    )
    assert (far.incoming, far.reach) == ({"<http://example.org/p>"}, 2)
    assert far.classes == {"<http://example.org/C>"}
