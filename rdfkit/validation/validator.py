"""SHACL validation by two engines with the same results: shapes and triples in, results out.

Our own engine, `rdfkit.validation.shacl`, covers what the shipped shapes use of SHACL; shapes that use more are for
pyshacl.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pyoxigraph as ox

from rdfkit import package_data
from rdfkit.report import Result, Severity
from rdfkit.validation import pyshacl_engine, shacl, targets
from rdfkit.validation.pyshacl_engine import Options
from rdfkit.validation.shacl import CompiledShapes, ShapeResult, UnsupportedShapesError, compile_shapes
from rdfkit.validation.shacl.data import statements
from rdfkit.validation.shapes_check import check_shapes, is_unknown
from rdfkit.validation.shapes_graph import ShapesGraph


class Engine(StrEnum):
    """What checks statements against shapes: rdfkit's own engine, or pyshacl."""

    RDFKIT = "rdfkit"
    PYSHACL = "pyshacl"


@dataclass(frozen=True, slots=True)
class Shapes:
    """A shapes graph: what was read and, for our own engine, what it compiles to.

    Without `compiled` pyshacl checks; `refusal` then says why, if our own engine was asked for. `warnings` are about
    the shapes themselves.
    """

    graph: ShapesGraph
    compiled: CompiledShapes | None
    refusal: UnsupportedShapesError | None = None
    warnings: tuple[Result, ...] = ()

    def notes(self) -> list[Result]:
        """What is to be said of the shapes: that pyshacl checks in place of our own engine, and warnings."""
        if self.refusal is None:
            return list(self.warnings)
        note = Result(
            severity=Severity.INFO,
            rule="shapes-engine",
            message=f"checked with pyshacl: {self.refusal.message}",
            path=self.graph.shown_paths,
        )
        return [note, *self.warnings]


@dataclass(frozen=True, slots=True)
class Check:
    """What a check has found, how many shapes have targets, and how many nodes these have in the data."""

    results: list[ShapeResult]
    shapes: int
    focus_nodes: int


def load_shapes(files: Iterable[Path] | None = None, engine: Engine = Engine.RDFKIT) -> Shapes:
    """The shapes of RDF files, or those that ship with the package, for an engine.

    Shapes that only pyshacl covers are for pyshacl whatever was asked for. Raises ShapesError when a file cannot
    be read as RDF or holds no shape, or when a shape is wrong whatever the data.
    """
    if files is None:
        return _shipped(engine)
    graph = ShapesGraph.read(files)
    warnings = tuple(check_shapes(graph))
    if engine is Engine.PYSHACL:
        return Shapes(graph, None, warnings=warnings)
    known = [triple for triple in graph.triples if not is_unknown(triple.predicate)]
    try:
        return Shapes(graph, compile_shapes(known), warnings=warnings)
    except UnsupportedShapesError as refusal:
        return Shapes(graph, None, refusal, warnings)


def check(triples: Iterable[ox.Triple], shapes: Shapes, options: Options | None = None) -> Check:
    """Checks triples against shapes. With options pyshacl does. Raises ShapesError when the shapes are not SHACL."""
    if shapes.compiled is not None and (options is None or not options.are_any):
        said = statements(triples)
        foci = [node for node, _ in shapes.compiled.foci(said)]
        return Check(shacl.check(shapes.compiled, said), len(shapes.compiled.shapes), len(set(foci)))
    done = pyshacl_engine.check(triples, shapes.graph, options)
    counted = targets.count(shapes.graph, done.data, options.focus if options else ())
    return Check(done.results, counted.shapes, counted.focus_nodes)


def _shipped(engine: Engine) -> Shapes:
    # These are known to be right: tests check them.
    graph = ShapesGraph.read(sorted(package_data.shapes_folder().glob("*.ttl")))
    return Shapes(graph, None if engine is Engine.PYSHACL else compile_shapes(graph.triples))
