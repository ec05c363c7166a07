"""Random data and random shapes, small, and about the same few names, so that they meet."""

from __future__ import annotations

from collections.abc import Callable

import pyoxigraph as ox
from hypothesis import strategies as st

from rdfkit.identifiers import expand
from rdfkit.shacl.data import TYPE

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
    """Turtle with a few shapes; each names only later ones, so that none names itself."""
    number = draw(st.integers(1, 5))
    on_property = [draw(st.booleans()) for _ in range(number)]
    return "\n".join(_shape(draw, each, on_property) for each in range(number))


def _shape(draw: st.DrawFn, number: int, on_property: list[bool]) -> str:
    parts = [f'sh:message "shape {number}"', f'sh:name "name {number}"']
    if on_property[number]:
        parts += ["a sh:PropertyShape", f"sh:path {draw(_PATHS)}"]
    else:
        parts.append("a sh:NodeShape")
    parts.extend(draw(st.lists(_TARGETS, min_size=0 if number else 1, max_size=2)))
    if draw(st.booleans()):
        parts.append(f"sh:severity sh:{draw(st.sampled_from(['Violation', 'Warning', 'Info']))}")
    if draw(st.integers(0, 19)) == 0:
        parts.append("sh:deactivated true")
    names = sorted(draw(st.sets(st.sampled_from(sorted(_CONSTRAINTS)), min_size=1, max_size=4)))
    later = {f"ex:S{each}": on_property[each] for each in range(number + 1, len(on_property))}
    for name in names:
        if on_property[number] or name not in _ON_PROPERTIES:
            parts.extend(_CONSTRAINTS[name](draw))
    for name in sorted(
        draw(st.sets(st.sampled_from(["property", "node", "not", "and", "or", "xone"]), max_size=2))
    ):
        parts.extend(_named(draw, name, later))
    return f"ex:S{number} {' ; '.join(parts)} ."


def _named(draw: st.DrawFn, name: str, later: dict[str, bool]) -> list[str]:
    """A constraint by later shapes, if there are any that fit."""
    wanted = {"property": {True}, "node": {False}}.get(name, {True, False})
    fitting = [shape for shape, of_property in later.items() if of_property in wanted]
    if not fitting:
        return []
    members = draw(st.lists(st.sampled_from(fitting), min_size=1, max_size=3))
    if name in ("and", "or", "xone"):
        return [f"sh:{name} ( {' '.join(members)} )"]
    return [f"sh:{name} {member}" for member in sorted(set(members))]


_PREDICATE = st.sampled_from([*PREDICATES, *PREDICATES, "rdf:type"])
_PATHS = st.one_of(
    _PREDICATE,
    _PREDICATE,
    _PREDICATE.map("[ sh:inversePath {} ]".format),
    st.tuples(_PREDICATE, _PREDICATE).map(lambda found: f"( {found[0]} {found[1]} )"),
    st.tuples(_PREDICATE, _PREDICATE).map(lambda found: f"( [ sh:inversePath {found[0]} ] {found[1]} )"),
)
_TARGETS = st.one_of(
    st.sampled_from(CLASSES).map("sh:targetClass {}".format),
    st.sampled_from(CLASSES).map("sh:targetClass {}".format),
    st.sampled_from(PREDICATES).map("sh:targetSubjectsOf {}".format),
    st.sampled_from(PREDICATES).map("sh:targetObjectsOf {}".format),
    st.sampled_from(NODES).map("sh:targetNode {}".format),
)
_TERMS = st.sampled_from([*NODES, *CLASSES, *PLAIN])


def _one(name: str, values: st.SearchStrategy[str]) -> Callable[[st.DrawFn], list[str]]:
    return lambda draw: [f"sh:{name} {draw(values)}"]


def _list(name: str, values: st.SearchStrategy[str]) -> Callable[[st.DrawFn], list[str]]:
    return lambda draw: [
        f"sh:{name} ( {' '.join(draw(st.lists(values, min_size=1, max_size=4, unique=True)))} )"
    ]


def _closed(draw: st.DrawFn) -> list[str]:
    ignored = draw(st.lists(_PREDICATE, max_size=2))
    return ["sh:closed true", *([f"sh:ignoredProperties ( {' '.join(ignored)} )"] if ignored else [])]


_RANGES = ("minExclusive", "minInclusive", "maxExclusive", "maxInclusive")
_PAIRS = ("equals", "disjoint", "lessThan", "lessThanOrEquals")
_COUNT = st.integers(0, 2).map(str)
_CONSTRAINTS: dict[str, Callable[[st.DrawFn], list[str]]] = {
    "class": _one("class", st.sampled_from(CLASSES)),
    "datatype": _one("datatype", st.sampled_from(DATATYPES)),
    "nodeKind": _one("nodeKind", st.sampled_from(NODE_KINDS).map("sh:{}".format)),
    "minCount": _one("minCount", _COUNT),
    "maxCount": _one("maxCount", _COUNT),
    **{name: _one(name, st.sampled_from(BOUNDS)) for name in _RANGES},
    "minLength": _one("minLength", _COUNT),
    "maxLength": _one("maxLength", _COUNT),
    "pattern": _one(
        "pattern", st.sampled_from(['"^a"', '"B" ; sh:flags "i"', '"n[0-9]$"', '"^b" ; sh:flags "m"'])
    ),
    "languageIn": _list("languageIn", st.sampled_from(['"en"', '"fr"', '"en-GB"'])),
    "uniqueLang": _one("uniqueLang", st.sampled_from(["true", "false"])),
    **{name: _one(name, st.sampled_from(PREDICATES)) for name in _PAIRS},
    "closed": _closed,
    "hasValue": _one("hasValue", _TERMS),
    "in": _list("in", _TERMS),
}
_ON_PROPERTIES = {"minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals"}


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
