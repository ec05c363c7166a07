"""Pages checked one by one, with what they leave open checked together, give the results of their union."""

from __future__ import annotations

import pickle

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.validation import shacl
from rdfkit.validation.shacl import ShapeResult, compile_shapes
from rdfkit.validation.shacl.data import statements
from tests.support import shacl_graphs as graphs
from tests.support.examples import share_of_examples
from tests.validation.test_validator_engines import shipped

pytestmark = pytest.mark.filterwarnings("ignore:Parsing weird boolean")


def by_pages(shapes: shacl.CompiledShapes, pages: list[list[ox.Triple]]) -> set[ShapeResult]:
    """The results of pages, each checked alone, and then of what is open."""
    union = statements(triple for page in pages for triple in page)
    described: dict[str, set[int]] = {}
    for number, page in enumerate(pages):
        for triple in page:
            described.setdefault(str(triple.subject), set()).add(number)
            if str(triple.predicate) in shapes.linking:
                described.setdefault(str(triple.object), set()).add(number)

    def linking(predicate: str, found: str) -> list[str]:
        return [subject for subject, said in union.items() if found in said.get(predicate, ())]

    def holds(subject: str | None, predicate: str, found: str | None) -> bool:
        if subject is None:
            return bool(linking(predicate, str(found)))
        objects = union.get(subject, {}).get(predicate, [])
        return bool(objects) if found is None else found in objects

    if shacl.mixes_classes(shapes, holds):
        return set(shacl.check(shapes, union))
    checks = [
        shacl.check_page(
            shapes, statements(page), lambda term, own=number: described.get(term, set()) <= {own}
        )
        for number, page in enumerate(pages)
    ]
    suspects = frozenset().union(*(each.suspects for each in checks))
    left = {node for each in checks for node in each.open} | set(shacl.confirmed(shapes, suspects, holds))
    around = shacl.gather(shapes, left, lambda term: union.get(term, {}), linking)
    return {result for each in checks for result in each.results} | set(shacl.check(shapes, around, left))


@st.composite
def partitions(draw: st.DrawFn, triples: list[ox.Triple]) -> list[list[ox.Triple]]:
    """Pages that together say the triples, some of them more than once."""
    pages: list[list[ox.Triple]] = [[], [], []]
    for triple in triples:
        for number in draw(st.sets(st.integers(0, 2), min_size=1, max_size=2)):
            pages[number].append(triple)
    return pages


@share_of_examples(3)
@given(st.data())
def test_pages_of_any_shapes(choice: st.DataObject) -> None:
    shapes = compile_shapes(graphs.parse(choice.draw(graphs.shapes())))
    triples = graphs.parse(choice.draw(graphs.data(blanks=False)))
    pages = choice.draw(partitions(triples))
    assert by_pages(shapes, pages) == set(shacl.check(shapes, statements(triples)))


@share_of_examples(2)
@given(st.data())
def test_pages_of_the_shipped_shapes(choice: st.DataObject) -> None:
    triples, shapes, _ = shipped()
    said = choice.draw(graphs.shipped_data(triples))
    assert by_pages(shapes, choice.draw(partitions(said))) == set(shacl.check(shapes, statements(said)))


@share_of_examples(0.5)
@given(graphs.shapes(), graphs.data())
def test_pickled_shapes_check_alike(shapes: str, data: str) -> None:
    compiled, said = compile_shapes(graphs.parse(shapes)), statements(graphs.parse(data))
    expected = shacl.check(compiled, said)
    assert shacl.check(pickle.loads(pickle.dumps(compiled)), said) == expected
    assert shacl.check(compiled, said) == expected
