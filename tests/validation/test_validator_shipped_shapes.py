"""The SHACL shapes: each is valid, explains itself, and does what its cases say.

A case is a Turtle file under `cases/shapes/SHAPE/`. A `pass-` file gives no result. A `fail-` file names
every result it must give, once each, in lines `# expect: PROPERTY-SHAPE severity`.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path

import pyshacl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import PROV, RDF, RDFS, SH, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection

from rdfkit.errors import IdentifierError
from rdfkit.package_data import shapes_folder, vocabulary_file
from rdfkit.rdf.identifiers import curie, expand
from tests.support.examples import share_of_examples
from tests.support.paths import CASES

PFOCR = Namespace("http://vocabularies.wikipathways.org/pfocr#")
CASE_FILES = CASES / "shapes"
FILES = sorted(shapes_folder().glob("*.ttl"))
PASSING = sorted(CASE_FILES.glob("*/pass*.ttl"))
FAILING = sorted(CASE_FILES.glob("*/fail-*.ttl"))

Expectation = tuple[str, str]


@cache
def shapes() -> Graph:
    """All shapes in one graph, as the validator loads them."""
    graph = Graph()
    for file in FILES:
        graph.parse(file)
    return graph


def names(kind: URIRef) -> list[str]:
    return sorted(str(shape).removeprefix(PFOCR) for shape in shapes().subjects(RDF.type, kind))


NODE_SHAPES = names(SH.NodeShape)
PROPERTY_SHAPES = names(SH.PropertyShape)
# Value shapes say what one value looks like; property shapes refer to them.
VALUE_SHAPES = [name for name in NODE_SHAPES if (PFOCR[name], SH.property, None) not in shapes()]


def results(data: Graph) -> Counter[Expectation]:
    """The results that the report itself holds; what `sh:detail` holds only explains them."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes())
    found: Counter[Expectation] = Counter()
    for result in report.objects(None, SH.result):
        shape, severity = report.value(result, SH.sourceShape), report.value(result, SH.resultSeverity)
        found[shape.removeprefix(PFOCR), severity.removeprefix(str(SH)).lower()] += 1
    return found


def expected(case: Path) -> list[Expectation]:
    lines = case.read_text(encoding="utf-8").splitlines()
    pairs = [line.removeprefix("# expect: ").split() for line in lines if line.startswith("# expect: ")]
    return [(shape, severity) for shape, severity in pairs]


def case_name(case: Path) -> str:
    return f"{case.parent.name}/{case.stem}"


@pytest.mark.parametrize("case", PASSING, ids=case_name)
def test_passing_case_gives_no_result(case: Path) -> None:
    assert results(Graph().parse(case)) == Counter()


@pytest.mark.parametrize("case", FAILING, ids=case_name)
def test_failing_case_gives_the_results_it_names(case: Path) -> None:
    assert expected(case), "a failing case names its results"
    assert results(Graph().parse(case)) == Counter(expected(case))


@pytest.mark.parametrize("name", NODE_SHAPES)
def test_node_shape_has_passing_and_failing_cases_about_itself(name: str) -> None:
    passing = [case for case in PASSING if case.parent.name == name]
    failing = [case for case in FAILING if case.parent.name == name]
    assert passing
    assert failing
    own = set(shapes().objects(PFOCR[name], SH.property)) | set(
        shapes().subjects(SH.node | SH["not"], PFOCR[name])
    )
    for case in failing:
        assert {PFOCR[shape] for shape, _ in expected(case)} & own, case.name


def test_every_case_belongs_to_a_shape() -> None:
    assert {case.parent.name for case in CASE_FILES.rglob("*.ttl")} == set(NODE_SHAPES)
    assert {*PASSING, *FAILING} == set(CASE_FILES.rglob("*.ttl"))


def test_every_property_shape_fails_in_some_case() -> None:
    assert {shape for case in FAILING for shape, _ in expected(case)} == set(PROPERTY_SHAPES)


@pytest.mark.parametrize("name", PROPERTY_SHAPES)
def test_property_shape_explains_itself(name: str) -> None:
    for term in (SH.path, SH.name, SH.description, SH.message, SH.severity):
        assert len(list(shapes().objects(PFOCR[name], term))) == 1, term
    phrase, message = (str(shapes().value(PFOCR[name], term)) for term in (SH.name, SH.message))
    # The name stands behind `"NA" is not ...`; the message is a sentence of its own.
    assert phrase.split()[0] in {"a", "an", "the", "no", "CC0"}
    assert not phrase.endswith(".")
    assert message[0].isupper()
    assert message.endswith(".")


@pytest.mark.parametrize("name", PROPERTY_SHAPES)
def test_property_shape_is_named_after_its_one_node_shape(name: str) -> None:
    owners = list(shapes().subjects(SH.property, PFOCR[name]))
    assert owners == [PFOCR[name.partition("-")[0]]]


@pytest.mark.parametrize("name", PROPERTY_SHAPES)
def test_property_shape_has_a_plain_path(name: str) -> None:
    # A result then names one property, from which it is traced back to a key of the page.
    assert isinstance(shapes().value(PFOCR[name], SH.path), URIRef)


@pytest.mark.parametrize("name", NODE_SHAPES)
def test_node_shape_explains_itself(name: str) -> None:
    assert len(list(shapes().objects(PFOCR[name], RDFS.label))) == 1
    assert len(list(shapes().objects(PFOCR[name], RDFS.comment))) == 1


@pytest.mark.parametrize("name", VALUE_SHAPES)
def test_value_shape_is_used_and_has_no_target(name: str) -> None:
    assert list(shapes().subjects(SH.node | SH["not"], PFOCR[name]))
    assert not [
        term for term in shapes().predicates(PFOCR[name]) if term.removeprefix(str(SH)).startswith("target")
    ]


def test_shapes_have_names() -> None:
    blank = {node for node in shapes().all_nodes() if isinstance(node, BNode)}
    lists = {node for node in blank if (node, RDF.first, None) in shapes()}
    assert blank == lists


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_file_is_complete_and_valid_shacl(file: Path) -> None:
    alone = Graph().parse(file)
    referred = set(alone.objects(None, SH.node | SH["not"] | SH.property))
    assert referred <= set(alone.subjects(RDF.type))
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=alone, meta_shacl=True)
    assert conforms, text
    assert file.read_text(encoding="utf-8").startswith("# ")


def test_shapes_in_several_files_are_the_same_in_all() -> None:
    graphs = [Graph().parse(file) for file in FILES]
    shared = 0
    for one, other in combinations(graphs, 2):
        for shape in set(one.subjects(RDF.type)) & set(other.subjects(RDF.type)):
            assert set(one.predicate_objects(shape)) == set(other.predicate_objects(shape)), shape
            shared += 1
    assert shared


def test_lexicons_of_the_shapes_are_those_of_the_vocabulary() -> None:
    vocabulary = Graph().parse(vocabulary_file())
    allowed = Collection(shapes(), shapes().value(PFOCR["MentionShape-lexicon"], SH["in"]))
    # What is also a prov:Entity grounds keywords and is named with prov:wasDerivedFrom.
    of_the_build = set(vocabulary.subjects(RDF.type, PROV.Entity))
    assert set(allowed) == set(vocabulary.subjects(RDF.type, PFOCR.Lexicon)) - of_the_build


def test_vocabulary_gives_no_result() -> None:
    assert results(Graph().parse(vocabulary_file())) == Counter()


# Which property shape each prefix's IRIs come to, and what a local part under it looks like.
IDENTIFIERS = {
    "pmc": ("FigureShape-pmcid", r"PMC\d{1,8}"),
    "NCBITaxon": ("FigureShape-taxon", r"\d{1,7}"),
    "PW": ("FigureShape-annotation", r"\d{6,8}"),
    "DOID": ("FigureShape-annotation", r"\d{1,8}"),
    "CL": ("FigureShape-annotation", r"\d{6,8}"),
    "cur": ("PathwayShape-annotation", r"[A-Za-z0-9_. -]{1,12}"),
    "ndex": ("PathwayShape-ndex", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{11,13}"),
    "doi": ("ArticleShape-doi", r"10\.\d{3,5}(\.\d+)?/[^\x00-\x20]{1,20}"),
    "ncbigene": ("GeneShape-entrez", r"\d{1,9}"),
    "hgnc.symbol": ("GeneShape-hgnc", r"[A-Za-z0-9_@.-]{1,10}"),
}


@given(st.sampled_from(sorted(IDENTIFIERS)), st.data())
@share_of_examples(0.5)
def test_identifier_that_becomes_an_iri_passes_and_any_other_text_fails(
    prefix: str, data: st.DataObject
) -> None:
    shape, pattern = IDENTIFIERS[prefix]
    text = data.draw(st.from_regex(pattern, fullmatch=True))
    try:
        value: URIRef | Literal = URIRef(expand(curie(prefix, text)))
    except IdentifierError:
        value = Literal(text)
    focus = URIRef("http://example.org/focus")
    graph = Graph()
    graph.add((focus, RDF.type, shapes().value(PFOCR[shape.partition("-")[0]], SH.targetClass)))
    graph.add((focus, shapes().value(PFOCR[shape], SH.path), value))
    severity = shapes().value(PFOCR[shape], SH.severity).removeprefix(str(SH)).lower()
    assert results(graph)[shape, severity] == int(isinstance(value, Literal))
