"""Checks one page of many: what holds whatever the other pages say, and what only all of them together decide.

A graph is the union of its pages. Some nodes are local: one page alone describes them and links to them. Others,
such as genes and articles, are described by several pages, and a page alone cannot always say what breaks a
shape: another page may give what is missing here, or say too much together with this one. Such nodes are left
open, to be checked with all that is said of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from rdfkit.validation.shacl.data import NOTHING, SUBCLASS_OF, TYPE, Description, Statements
from rdfkit.validation.shacl.plan import CompiledShapes
from rdfkit.validation.shacl.results import ShapeResult
from rdfkit.validation.shacl.shapes import Target, TargetKind

Suspect = tuple[int, str]
Holds = Callable[[str | None, str, str | None], bool]


@dataclass(frozen=True, slots=True)
class PageCheck:
    """What a page alone shows. Nodes and classes are terms as in N-Triples.

    `results` hold whatever other pages say. `open` are the nodes about which only the union of the pages tells.
    `suspects` are the shared nodes of which this page says what a shape forbids, each with the number of the
    shape: they are open if another page makes them focus nodes of it (see `confirmed`).
    """

    results: tuple[ShapeResult, ...]
    open: frozenset[str]
    suspects: frozenset[Suspect]


def check_page(shapes: CompiledShapes, statements: Statements, is_local: Callable[[str], bool]) -> PageCheck:
    """The results of one page's statements alone, and what they leave open.

    `is_local` says of a term whether this page alone describes it and no other page makes it a focus node by a
    predicate of `shapes.linking`. The results of all pages, together with those of `check` on the union with
    the open nodes and the confirmed suspects as focus, are the results of the union, unless `mixes_classes`.
    """
    results: list[ShapeResult] = []
    left_open: set[str] = set()
    # The shared nodes, each with the numbers of the shapes that it is a focus node of.
    shared: dict[str, tuple[int, ...]] = {node: () for node in statements if not is_local(node)}
    for node, numbers in shapes.foci(statements):
        plan = shapes.plan(numbers)
        local = node not in shared if node in statements else is_local(node)
        if not local:
            shared[node] = numbers
            if plan.is_breakable:
                # What breaks it here breaks it for good, so that the page need not wait for the others.
                left_open.add(node)
        for finding in plan.findings(node, statements.get(node, NOTHING)):
            if local or finding.constraint.is_lasting:
                results.append(finding.result())
            else:
                left_open.add(node)
    suspects = {
        (number, node)
        for node, numbers in shared.items()
        for number in shapes.forbidding(statements.get(node, NOTHING))
        if number not in numbers
    }
    return PageCheck(tuple(results), frozenset(left_open), frozenset(suspects))


def confirmed(shapes: CompiledShapes, suspects: Iterable[Suspect], holds: Holds) -> Iterator[str]:
    """The suspects that the union makes focus nodes of the shapes in question, and so are open.

    `holds` says whether the union has a triple of subject, predicate and object, None standing for any.
    """
    for number, node in suspects:
        if any(_is_target(target, node, holds) for target in shapes.shapes[number].targets):
            yield node


def mixes_classes(shapes: CompiledShapes, holds: Holds) -> bool:
    """Whether the union puts a class under one that a shape targets. Then no page can be decided alone."""
    return any(holds(None, SUBCLASS_OF, name) for name in shapes.classes)


def gather(
    shapes: CompiledShapes,
    nodes: Iterable[str],
    described: Callable[[str], Description],
    linking: Callable[[str, str], Iterable[str]],
) -> Statements:
    """The statements of the union that decide about some IRIs, for `check` with these as focus.

    `described` gives what the union says of a node, `linking` the subjects of a predicate and an object.
    """
    found = {node: dict(described(node)) for node in nodes}
    for node in list(found):
        for predicate in shapes.linking:
            # One link is enough to make a focus node.
            for subject in islice(linking(predicate, node), 1):
                said = found.setdefault(subject, {})
                said[predicate] = list(dict.fromkeys([*said.get(predicate, ()), node]))
    return found


def _is_target(target: Target, node: str, holds: Holds) -> bool:
    match target.kind:
        case TargetKind.CLASS:
            return holds(node, TYPE, target.term)
        case TargetKind.SUBJECTS_OF:
            return holds(node, target.term, None)
        case TargetKind.OBJECTS_OF:
            return holds(None, target.term, node)
