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
from rdfkit.errors import ShapesError
from rdfkit.rdf.identifiers import expand
from rdfkit.report import Result, Severity
from rdfkit.validation import pyshacl_engine, shacl
from rdfkit.validation.shacl import CompiledShapes, ShapeResult, UnsupportedShapesError, compile_shapes
from rdfkit.validation.shacl.data import statements

_TYPE = ox.NamedNode(expand("rdf:type"))
_SHAPES = {ox.NamedNode(expand(f"sh:{name}")) for name in ("NodeShape", "PropertyShape")}
_TARGETS = {
    ox.NamedNode(expand(f"sh:{name}"))
    for name in ("target", "targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
}


class Engine(StrEnum):
    """What checks statements against shapes: rdfkit's own engine, or pyshacl."""

    RDFKIT = "rdfkit"
    PYSHACL = "pyshacl"


@dataclass(frozen=True, slots=True)
class Shapes:
    """A shapes graph: its files and, for our own engine, what they compile to.

    Without `compiled` pyshacl checks; `refusal` then says why, if our own engine was asked for.
    """

    paths: tuple[Path, ...]
    compiled: CompiledShapes | None
    refusal: UnsupportedShapesError | None = None

    def notes(self) -> list[Result]:
        """That pyshacl checks in place of our own engine, as an info of the report."""
        if self.refusal is None:
            return []
        note = Result(
            severity=Severity.INFO,
            rule="shapes-engine",
            message=f"checked with pyshacl: {self.refusal.message}",
            path=", ".join(map(str, self.paths)),
        )
        return [note]


def load_shapes(files: Iterable[Path] | None = None, engine: Engine = Engine.RDFKIT) -> Shapes:
    """The shapes of RDF files, or those that ship with the package, for an engine.

    Shapes that only pyshacl covers are for pyshacl whatever was asked for. Raises ShapesError when a file cannot
    be read as RDF or holds no shape.
    """
    paths = tuple(sorted(package_data.shapes_folder().glob("*.ttl")) if files is None else files)
    triples = [triple for path in paths for triple in _read_triples(path)]
    if not any(_is_shape(triple) for triple in triples):
        raise ShapesError(
            "no SHACL shape in the files", path=", ".join(map(str, paths)), expected="sh:NodeShape"
        )
    if engine is Engine.PYSHACL:
        return Shapes(paths, None)
    try:
        return Shapes(paths, compile_shapes(triples))
    except UnsupportedShapesError as refusal:
        return Shapes(paths, None, refusal)


def check(triples: Iterable[ox.Triple], shapes: Shapes) -> list[ShapeResult]:
    """The SHACL results of triples against shapes. Raises ShapesError when the shapes are not SHACL."""
    if shapes.compiled is not None:
        return shacl.check(shapes.compiled, statements(triples))
    return pyshacl_engine.check(triples, pyshacl_engine.read_graph(shapes.paths))


def _read_triples(path: Path) -> list[ox.Triple]:
    """The triples of a file: Turtle by Oxigraph, which takes a tenth of the time; all else, and errors, by rdflib."""
    if path.suffix == ".ttl":
        try:
            return _parse(path.read_bytes(), ox.RdfFormat.TURTLE, path.resolve().as_uri())
        except (OSError, SyntaxError):
            pass
    return _parse(
        pyshacl_engine.read_graph([path]).serialize(format="nt", encoding="utf-8"), ox.RdfFormat.N_TRIPLES
    )


def _parse(data: bytes, format: ox.RdfFormat, base: str | None = None) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(data, format, base_iri=base, rename_blank_nodes=True)]


def _is_shape(triple: ox.Triple) -> bool:
    return triple.predicate in _TARGETS or (triple.predicate == _TYPE and triple.object in _SHAPES)
