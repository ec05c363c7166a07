"""Both engines give the same results: on the cases, the seeds, both sites' samples, and whatever hypothesis makes."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from rdfkit.errors import ShapesError
from rdfkit.package_data import shapes_folder
from rdfkit.store import Store
from rdfkit.validation import pyshacl_engine, shacl, validator
from rdfkit.validation.shacl import ShapeResult, compile_shapes
from rdfkit.validation.shacl.data import statements
from rdfkit.validation.shapes_graph import ShapesGraph
from tests.support import shacl_graphs as graphs
from tests.support.examples import share_of_examples
from tests.support.paths import CASES

# What rdflib says of booleans that are none.
pytestmark = pytest.mark.filterwarnings("ignore:Parsing weird boolean")

FILES = sorted(CASES.glob("shapes/*/*.ttl"))
CORE = sorted(CASES.glob("shacl/*.ttl"))


@cache
def shipped() -> tuple[list[ox.Triple], shacl.CompiledShapes, ShapesGraph]:
    """The shapes that ship with the package: as triples, compiled, and as pyshacl takes them."""
    files = sorted(shapes_folder().glob("*.ttl"))
    graph = ShapesGraph.read(files)
    return graph.triples, compile_shapes(graph.triples), graph


def assert_same(triples: list[ox.Triple]) -> list[ShapeResult]:
    """Both engines find the same in triples; what that is."""
    _, compiled, graph = shipped()
    found = shacl.check(compiled, statements(triples))
    assert Counter(found) == Counter(pyshacl_engine.check(triples, graph).results)
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_cases(file: Path) -> None:
    found = assert_same([quad.triple for quad in ox.parse(path=file)])
    assert bool(found) == file.stem.startswith("fail-")


@pytest.mark.parametrize("file", CORE, ids=lambda file: file.stem)
def test_components(file: Path) -> None:
    """Shapes and data in one file, with the number of results of each component, by whichever engine covers them."""
    triples = [quad.triple for quad in ox.parse(path=file)]
    shapes = validator.load_shapes([file])
    assert (shapes.compiled is None) == (file.stem != "covered")
    found = validator.check(triples, shapes).results
    assert Counter(found) == Counter(pyshacl_engine.check(triples, shapes.graph).results)
    lines = [line.split() for line in file.read_text().splitlines() if line.startswith("# expect: ")]
    assert Counter(result.component.rpartition("#")[2] for result in found) == {
        component: int(count) for _, _, component, count in lines
    }


def distinct(store: Store) -> list[ox.Triple]:
    """The distinct triples of a store, always in the same order."""
    return sorted({quad.triple for quad in store.quads()}, key=str)


def test_seeds(seed_store: Store) -> None:
    assert assert_same(distinct(seed_store)) == []


@pytest.mark.samples
def test_samples(sample_store: Store) -> None:
    assert assert_same(distinct(sample_store))


@share_of_examples(0.25, HealthCheck.function_scoped_fixture)
@given(choice=st.data())
def test_broken_seeds(seed_store: Store, choice: st.DataObject) -> None:
    triples = distinct(seed_store)
    values = st.sampled_from(
        [*graphs.LITERALS, *map(ox.NamedNode, graphs.IRIS), *{t.object for t in triples[::25]}]
    )
    for place in sorted(choice.draw(st.sets(st.integers(0, len(triples) - 1), max_size=60)), reverse=True):
        old = triples.pop(place)
        if choice.draw(st.booleans()):
            triples.append(ox.Triple(old.subject, old.predicate, choice.draw(values)))
    assert_same(triples)


@share_of_examples(0.6)
@given(st.data())
def test_data_in_the_words_of_the_shapes(choice: st.DataObject) -> None:
    assert_same(choice.draw(graphs.shipped_data(shipped()[0])))


@share_of_examples(1.5)
@given(graphs.shapes(), graphs.data())
def test_shapes_and_data(shapes: str, data: str) -> None:
    triples = graphs.parse(data)
    graph = graphs.shapes_graph(shapes)
    try:
        expected = pyshacl_engine.check(triples, graph).results
    except ShapesError as error:
        # pyshacl gives up where NaN meets a decimal.
        assume("InvalidOperation" not in str(error))
        raise
    found = shacl.check(compile_shapes(graph.triples), statements(triples))
    assert Counter(found) == Counter(expected)
