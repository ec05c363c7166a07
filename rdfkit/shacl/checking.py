"""Checks statements against compiled shapes (https://www.w3.org/TR/shacl/#validation)."""

from __future__ import annotations

from collections.abc import Iterable

from rdfkit.shacl.compiled import CompiledShapes
from rdfkit.shacl.data import Data, Statements
from rdfkit.shacl.results import ShapeResult


def check(
    shapes: CompiledShapes, statements: Statements, focus: Iterable[str] | None = None
) -> list[ShapeResult]:
    """The results of statements against shapes; with `focus`, only those about these nodes.

    What makes them focus nodes, and whatever the shapes look at, has to be among the statements.
    """
    data = Data(statements)
    wanted = None if focus is None else set(focus)
    return [
        finding.result()
        for node, numbers in shapes.foci(data)
        if wanted is None or node in wanted
        for finding in shapes.plan(numbers).findings(node, data)
    ]
