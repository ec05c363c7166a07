"""Random data and random shapes, small, and about the same few names, so that they meet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
from hypothesis import strategies as st

from rdfkit.rdf.blank_nodes import Labels
from rdfkit.rdf.identifiers import expand
from rdfkit.validation.shacl.data import TYPE, statements
from rdfkit.validation.shapes_graph import ShapesFile, ShapesGraph

PREFIXES = """
@prefix ex: <http://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
# Literals as rdflib writes them, too: what stands in shapes is read by both engines as it stands.
PLAIN = [
    '"a"',
    '"ab"',
    '""',
    '"ab"@en',
    '"b"@en-gb',
    '"c"@fr',
    "1",
    "2",
    "-1",
    "1.5",
    '"2.0"^^xsd:double',
    "true",
]
TYPED = [
    *(
        '"01"^^xsd:integer',
        '"x"^^xsd:integer',
        '"1.50"^^xsd:decimal',
        '"1e0"^^xsd:double',
        '"nan"^^xsd:double',
    ),
    *('"2024-01-01"^^xsd:date', '"2024-13-01"^^xsd:date', '"2024-01-01Z"^^xsd:date', '"nope"^^xsd:boolean'),
    *('"2024-01-01T00:00:00"^^xsd:dateTime', '"2024-01-01T00:00:00Z"^^xsd:dateTime', '"2003"^^xsd:gYear'),
    *(
        '"12:00:00"^^xsd:time',
        '"300"^^xsd:byte',
        '"a"^^ex:datatype',
        '"a\\n\\"b\\\\"',
        '"http://x"^^xsd:anyURI',
    ),
]
SEVERITIES = ["sh:Violation", "sh:Warning", "sh:Info", "sh:Debug", "ex:Own"]
PATTERNS = ['"^a"', '"B"', '"n[0-9]$"', '"^b"', r'"^\\p{L}+$"', r'"^\\w.$"', r'"\\s"', '"b$"']
BOUNDS = [
    "0",
    "1",
    "1.5",
    '"1.0"^^xsd:double',
    '"a"',
    '"2024-01-01"^^xsd:date',
    '"2024-01-01T00:00:00Z"^^xsd:dateTime',
]
NODES = [f"ex:n{number}" for number in range(4)]
PREDICATES = [f"ex:p{number}" for number in range(3)]
CLASSES = [f"ex:C{number}" for number in range(3)]
DATATYPES = [
    *(
        f"xsd:{name}"
        for name in ("string", "integer", "decimal", "double", "boolean", "date", "dateTime", "time")
    ),
    *("xsd:gYear", "xsd:byte", "rdf:langString", "ex:datatype", "rdfs:Literal"),
]
NODE_KINDS = ["IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"]


def parse(turtle: str) -> list[ox.Triple]:
    """The triples of Turtle; its blank nodes keep their names."""
    return [quad.triple for quad in ox.parse(PREFIXES + turtle, ox.RdfFormat.TURTLE)]


@st.composite
def data(draw: st.DrawFn, *, blanks: bool = True) -> str:
    """Turtle with up to 14 statements about a few nodes."""
    subjects = st.sampled_from([*NODES, *(["_:b0", "_:b1"] if blanks else [])])
    typed = st.tuples(subjects, st.just("a"), st.sampled_from(CLASSES))
    linked = st.tuples(subjects, st.sampled_from(PREDICATES), subjects)
    said = st.tuples(subjects, st.sampled_from(PREDICATES), st.sampled_from([*PLAIN, *TYPED]))
    below = st.tuples(st.sampled_from(CLASSES), st.just("rdfs:subClassOf"), st.sampled_from(CLASSES))
    triple = st.one_of(typed, linked, said, said, below if draw(st.integers(0, 4)) == 0 else typed)
    return "\n".join(f"{' '.join(found)} ." for found in draw(st.lists(triple, min_size=1, max_size=14)))


@st.composite
def shapes(draw: st.DrawFn) -> str:
    """Turtle with a few shapes of the kinds that our own engine covers."""
    values = [f"ex:V{number}" for number in range(draw(st.integers(0, 3)))]
    properties = [f"ex:P{number}" for number in range(draw(st.integers(1, 4)))]
    said = [_value_shape(draw, name, values[number + 1 :]) for number, name in enumerate(values)]
    said += [_property_shape(draw, name, values) for name in properties]
    for number in range(draw(st.integers(1, 3))):
        targets = draw(st.lists(_TARGETS, min_size=1, max_size=2))
        named = draw(st.lists(st.sampled_from(properties), max_size=3, unique=True))
        parts = ["a sh:NodeShape", *targets, *(f"sh:property {name}" for name in named)]
        said.append(f"ex:S{number} {' ; '.join(parts)} .")
    return "\n".join(said)


def _value_shape(draw: st.DrawFn, name: str, later: list[str]) -> str:
    """A node shape about one term; it names only later ones, so that none names itself."""
    parts = ["a sh:NodeShape", *_constraints(draw, _ON_TERMS, 3), *_named(draw, later)]
    return f"{name} {' ; '.join(parts)} ."


def _property_shape(draw: st.DrawFn, name: str, values: list[str]) -> str:
    parts = ["a sh:PropertyShape", f"sh:path {draw(_PREDICATE)}", _message(draw, name), f'sh:name "{name}"']
    if draw(st.booleans()):
        parts.append(f"sh:severity {draw(st.sampled_from(SEVERITIES))}")
    parts += [*_constraints(draw, _CONSTRAINTS, 4), *_named(draw, values)]
    return f"{name} {' ; '.join(parts)} ."


def _constraints(draw: st.DrawFn, known: dict[str, _Draw], most: int) -> list[str]:
    names = sorted(draw(st.sets(st.sampled_from(sorted(known)), min_size=1, max_size=most)))
    return [known[name](draw) for name in names]


def _named(draw: st.DrawFn, shapes: list[str]) -> list[str]:
    """Constraints by other shapes."""
    if not shapes:
        return []
    pairs = st.tuples(st.sampled_from(["node", "not"]), st.sampled_from(shapes))
    return [f"sh:{name} {shape}" for name, shape in sorted(draw(st.sets(pairs, max_size=2)))]


def _message(draw: st.DrawFn, name: str) -> str:
    """One message, or several in some languages."""
    languages = draw(st.sets(st.sampled_from(["", "@en", "@de", "@fr"]), min_size=1))
    return f"sh:message {', '.join(f'{chr(34)}{name}{one}{chr(34)}{one}' for one in sorted(languages))}"


_Draw = Callable[[st.DrawFn], str]
_PREDICATE = st.sampled_from([*PREDICATES, *PREDICATES, "rdf:type"])
_TARGETS = st.one_of(
    st.sampled_from(CLASSES).map("sh:targetClass {}".format),
    st.sampled_from(CLASSES).map("sh:targetClass {}".format),
    st.sampled_from(PREDICATES).map("sh:targetSubjectsOf {}".format),
    st.sampled_from(PREDICATES).map("sh:targetObjectsOf {}".format),
)
_TERMS = st.sampled_from([*NODES, *CLASSES, *PLAIN])


def _one(name: str, values: st.SearchStrategy[str]) -> _Draw:
    return lambda draw: f"sh:{name} {draw(values)}"


_COUNT = st.integers(0, 2).map(str)
_ON_TERMS: dict[str, _Draw] = {
    "datatype": _one("datatype", st.sampled_from(DATATYPES)),
    "nodeKind": _one("nodeKind", st.sampled_from(NODE_KINDS).map("sh:{}".format)),
    **{
        name: _one(name, st.sampled_from(BOUNDS)) for name in ("minExclusive", "minInclusive", "maxInclusive")
    },
    "pattern": _one("pattern", st.sampled_from(PATTERNS)),
    "in": _one(
        "in",
        st.lists(_TERMS, min_size=1, max_size=4, unique=True).map(lambda found: f"( {' '.join(found)} )"),
    ),
}
_CONSTRAINTS: dict[str, _Draw] = {
    **_ON_TERMS,
    "minCount": _one("minCount", _COUNT),
    "maxCount": _one("maxCount", _COUNT),
    "hasValue": _one("hasValue", _TERMS),
}


@st.composite
def shipped_data(draw: st.DrawFn, shapes: list[ox.Triple]) -> list[ox.Triple]:
    """Triples in the vocabulary that shapes name: their classes and predicates, and values that they want, or not."""

    def named(*names: str) -> list[ox.NamedNode]:
        found = {t.object for t in shapes if t.predicate.value in {expand(f"sh:{name}") for name in names}}
        return sorted((term for term in found if isinstance(term, ox.NamedNode)), key=str)

    classes, predicates = named("targetClass"), named("path", "targetSubjectsOf", "targetObjectsOf")
    wanted = sorted(
        {t.object for t in shapes if t.predicate.value in (expand("rdf:first"), expand("sh:hasValue"))},
        key=str,
    )
    nodes = [ox.NamedNode(f"http://example.org/n{number}") for number in range(4)]
    values = st.one_of(
        st.sampled_from([*wanted, *nodes, *(ox.NamedNode(text) for text in IRIS), *LITERALS]),
        st.text(max_size=8).map(ox.Literal),
    )
    node = st.sampled_from(nodes)
    typed = st.builds(ox.Triple, node, st.just(ox.NamedNode(TYPE[1:-1])), st.sampled_from(classes))
    said = st.builds(ox.Triple, node, st.sampled_from(predicates), values)
    return draw(st.lists(st.one_of(typed, said, said, said), min_size=1, max_size=25))


IRIS = [
    *(
        "https://identifiers.org/pmc/PMC12",
        "http://purl.obolibrary.org/obo/NCBITaxon_9606",
        "https://doi.org/10.1/x",
    ),
    *("http://purl.obolibrary.org/obo/PW_0000001", "https://identifiers.org/ncbigene/5601", "http://x.org/a"),
    *(
        "https://identifiers.org/wikipathways/WP1",
        "http://www.wikidata.org/entity/Q1",
        "https://identifiers.org/ncbigene/x",
    ),
    *("https://identifiers.org/hgnc.symbol/MAPK9", "https://orcid.org/0000-0001-5000-000X"),
]
_XSD = "http://www.w3.org/2001/XMLSchema#"
LITERALS = [
    *(
        ox.Literal(text, datatype=ox.NamedNode(_XSD + "decimal"))
        for text in ("0.5", "1.0", "1.01", "-0", "x", "1e-1")
    ),
    *(
        ox.Literal(text, datatype=ox.NamedNode(_XSD + "double"))
        for text in ("0.5", "1E0", "INF", "2e0", "-1", "y")
    ),
    *(ox.Literal(text, datatype=ox.NamedNode(_XSD + "integer")) for text in ("0", "+3", "-3", "1.0", "z")),
    *(ox.Literal(text, datatype=ox.NamedNode(_XSD + "gYear")) for text in ("2003", "20x3")),
    *(
        ox.Literal(text, datatype=ox.NamedNode(_XSD + "date"))
        for text in ("2025-12-01", "2025-02-30", "20251201")
    ),
    *map(ox.Literal, ("PMC1__f1", "WP364", "r12", "Homo sapiens", "9606", "CreativeWork")),
    ox.Literal("WP364", language="en"),
]


def shapes_graph(text: str) -> ShapesGraph:
    """The shapes graph of a Turtle text, as if a file had been read."""
    quads = ox.parse(PREFIXES + text, ox.RdfFormat.TURTLE)
    triples = Labels("shape").triples(quads)
    return ShapesGraph((ShapesFile(Path("shapes.ttl"), tuple(triples)),), statements(triples))
