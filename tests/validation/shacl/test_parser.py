"""What is compiled, and what is refused by name, so that pyshacl can have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdfkit.validation import shacl, validator
from rdfkit.validation.shacl import UnsupportedShapesError, compile_shapes, constraints, parser
from rdfkit.validation.shacl.data import statements
from tests.support.shacl_graphs import PREFIXES, parse
from tests.validation.test_validator_engines import shipped

REFUSED = {
    "ex:S a sh:NodeShape ; sh:sparql [ sh:select 'SELECT $this {}' ] .": "sparql",
    "ex:S a sh:NodeShape ; sh:target [ sh:select 'SELECT ?this {}' ] .": "target",
    "ex:S a sh:NodeShape ; sh:rule [ a sh:TripleRule ] .": "rule",
    "ex:K a sh:ConstraintComponent .": "ConstraintComponent",
    "ex:S a sh:NodeShape ; sh:node ex:S .": "names itself",
    "ex:S sh:node ex:T . ex:T sh:not ex:S .": "names itself",
    "ex:S sh:node ex:T . ex:T sh:property [ sh:path ex:p ; sh:node ex:S ] .": "with a property shape",
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
    "ex:S a sh:PropertyShape ; sh:path ( ex:p ) .": "not a predicate",
    "ex:S a sh:PropertyShape ; sh:path ex:p ; sh:qualifiedValueShape ex:T ; sh:qualifiedMinCount 1 .": "qualified",
    "ex:S a sh:NodeShape ; sh:pattern '(' .": "(",
    "ex:S a sh:NodeShape ; sh:nodeKind ex:Kind .": "Kind",
    "ex:S a sh:NodeShape ; sh:datatype 'x' .": "x",
    "ex:S a sh:NodeShape ; sh:in ex:NoList .": "list",
    "ex:S a sh:NodeShape ; sh:or () .": "sh:or",
    "ex:S a sh:NodeShape ; sh:in _:l . _:l rdf:first 1 ; rdf:rest _:l .": "list",
    "ex:S a sh:NodeShape ; sh:ignoredProperties ( ex:p ) .": "sh:ignoredProperties",
    "ex:S a sh:NodeShape ; sh:closed 'yes' .": "sh:closed",
    "ex:S a sh:NodeShape ; sh:minInclusive ex:n .": "ex",
    "ex:S a sh:NodeShape ; sh:severity sh:Info, sh:Warning .": "several sh:severity",
    "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:nodeKind sh:IRI .": "focus node itself",
    "ex:S a sh:NodeShape ; sh:targetNode ex:n .": "sh:targetNode",
    "ex:S a sh:NodeShape, rdfs:Class ; sh:property ex:P . ex:P sh:path ex:p .": "a class",
    "ex:P a sh:PropertyShape ; sh:path ex:p ; sh:targetClass ex:C .": "targets",
    "ex:P a sh:PropertyShape ; sh:path ex:p ; sh:property [ sh:path ex:q ] .": "with properties",
    "ex:S a sh:NodeShape ; sh:hasValue ex:n .": "sh:hasValue on a node shape",
    **{
        f"ex:P a sh:PropertyShape ; sh:path ex:p ; sh:{name} {value} .": f"sh:{name}"
        for name, value in {
            **dict.fromkeys(("class", "equals", "disjoint", "lessThan", "lessThanOrEquals"), "ex:x"),
            **dict.fromkeys(("maxExclusive", "minLength", "maxLength"), "1"),
            **dict.fromkeys(("uniqueLang", "closed", "deactivated"), "true"),
            **dict.fromkeys(("and", "or", "xone"), "( ex:x )"),
            **{"languageIn": "( 'en' )", "flags": "'i'"},
        }.items()
    },
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


def test_what_the_shipped_shapes_use_is_covered_and_nothing_else() -> None:
    words = {
        t.predicate.value.removeprefix(constraints.SH)
        for t in shipped()[0]
        if t.predicate.value.startswith(constraints.SH)
    }
    # Only shapes of users say which value must be there.
    assert {*words, "hasValue"} - {*parser._SILENT} == {*parser._COMPONENTS, *parser._TARGETS}


DATA = """
ex:n0 a ex:C . ex:n1 a ex:D . ex:n2 a ex:D ; ex:p 1 . ex:D rdfs:subClassOf ex:C .
"""
# A class that is a shape targets its own instances.
IMPLICIT = "ex:C a sh:NodeShape, rdfs:Class ; sh:property [ sh:path ex:p ; sh:minCount 1 ] ."
EXPLICIT = "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:minCount 1 ] ."
FOCI = ["http://example.org/n0", "http://example.org/n1"]


def test_instances_of_subclasses_are_targets() -> None:
    shapes, data = compile_shapes(parse(EXPLICIT)), statements(parse(DATA))
    assert sorted(result.focus for result in shacl.check(shapes, data)) == FOCI
    assert [each.focus for each in shacl.check(shapes, data, [f"<{FOCI[1]}>"])] == FOCI[1:]


def test_a_class_that_is_a_shape_is_its_own_target(tmp_path: Path) -> None:
    file = tmp_path / "implicit.ttl"
    file.write_text(PREFIXES + IMPLICIT)
    shapes = validator.load_shapes([file])
    assert shapes.compiled is None
    assert sorted(result.focus for result in validator.check(parse(DATA), shapes).results) == FOCI


def test_what_must_be_fetched() -> None:
    shapes = compile_shapes(
        parse(
            "ex:S sh:targetObjectsOf ex:p ; sh:targetClass ex:C ; sh:property [ sh:path ex:q ; sh:maxCount 1 ] ."
        )
    )
    assert shapes.linking == {"<http://example.org/p>"}
    assert shapes.classes == {"<http://example.org/C>"}
