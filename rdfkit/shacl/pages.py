"""Checks one page of many: what holds whatever the other pages say, and what only all of them together decide.

A graph is the union of its pages. Some nodes are local: one page alone describes them and links to them. Others,
such as genes and articles, are described by several pages, and a page alone cannot always say what breaks a
shape: another page may give what is missing here, or say too much together with this one. Such nodes are left
open, to be checked with all that is said of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from rdfkit.shacl.compiled import CompiledShapes
from rdfkit.shacl.constraints import Holding
from rdfkit.shacl.data import SUBCLASS_OF, TYPE, Data, Description, Statements
from rdfkit.shacl.results import ShapeResult
from rdfkit.shacl.shapes import Finding, Target, TargetKind
from rdfkit.shacl.terms import is_literal

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
    predicate of `shapes.incoming`. The results of all pages, together with those of `check` on the union with
    the open nodes and the confirmed suspects as focus, are the results of the union, unless `mixes_classes`.
    """
    data = Data(statements)
    results: list[ShapeResult] = []
    left_open: set[str] = set()
    # The shared nodes, each with the numbers of the shapes that it is a focus node of.
    shared: dict[str, tuple[int, ...]] = {node: () for node in statements if not is_local(node)}
    for node, numbers in shapes.foci(data):
        plan = shapes.plan(numbers)
        local = node not in shared if node in statements else is_local(node)
        if not local:
            shared[node] = numbers
        if plan.looks_beyond or (plan.breakable and not local):
            left_open.add(node)
            continue
        for finding in plan.findings(node, data):
            if _lasts(finding, local, is_local):
                results.append(finding.result())
            else:
                left_open.add(node)
    suspects = {
        (number, node)
        for node, numbers in shared.items()
        for number in shapes.forbidding(data.described(node))
        if number not in numbers
    }
    return PageCheck(tuple(results), frozenset(left_open), frozenset(suspects))


def _lasts(finding: Finding, local: bool, is_local: Callable[[str], bool]) -> bool:
    """Whether a finding holds whatever other pages say."""
    holding = finding.constraint.holding
    if holding is Holding.UNTYPED:
        return finding.value is not None and is_local(finding.value)
    return local or holding is Holding.ALWAYS


def confirmed(shapes: CompiledShapes, suspects: Iterable[Suspect], holds: Holds) -> Iterator[str]:
    """The suspects that the union makes focus nodes of the shapes in question, and so are open.

    `holds` says whether the union has a triple of subject, predicate and object, None standing for any.
    """
    for number, node in suspects:
        if any(_is_target(target, node, holds) for target in shapes.shapes[number].targets):
            yield node


def mixes_classes(shapes: CompiledShapes, holds: Holds) -> bool:
    """Whether the union puts a class under one that a shape names. Then no page can be decided alone."""
    return any(holds(None, SUBCLASS_OF, name) for name in shapes.classes)


def gather(
    shapes: CompiledShapes,
    nodes: Iterable[str],
    described: Callable[[str], Description],
    linking: Callable[[str, str], Iterable[str]],
) -> Statements:
    """The statements of the union that decide about some nodes, for `check` with these nodes as focus.

    `described` gives what the union says of a node, `linking` the subjects of a predicate and an object.
    """
    found: dict[str, dict[str, list[str]]] = {}
    level = {*nodes}
    for node in level:
        for predicate in shapes.linking:
            # One link is enough to make a focus node.
            for subject in islice(linking(predicate, node), 1):
                _add(found, subject, predicate, node)
    full: set[str] = set()
    for _ in range(shapes.reach + 1):
        near: set[str] = set()
        for node in level - full:
            full.add(node)
            if not is_literal(node):
                found[node] = dict(described(node))
                near.update(chain.from_iterable(found[node].values()))
            for predicate in shapes.against:
                for subject in linking(predicate, node):
                    near.add(subject)
                    if subject not in full:
                        _add(found, subject, predicate, node)
        level = near
    return found


def _add(found: dict[str, dict[str, list[str]]], subject: str, predicate: str, node: str) -> None:
    objects = found.setdefault(subject, {}).setdefault(predicate, [])
    if node not in objects:
        objects.append(node)


def _is_target(target: Target, node: str, holds: Holds) -> bool:
    match target.kind:
        case TargetKind.CLASS:
            return holds(node, TYPE, target.term)
        case TargetKind.SUBJECTS_OF:
            return holds(node, target.term, None)
        case TargetKind.OBJECTS_OF:
            return holds(None, target.term, node)
        case TargetKind.NODE:
            return node == target.term
