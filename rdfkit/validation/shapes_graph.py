"""A shapes graph as it was read: by Oxigraph, from the files that were named and from nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from rdfkit.errors import ArchiveError, ShapesError, SourceError
from rdfkit.rdf.blank_nodes import Labels
from rdfkit.rdf.formats import of_name
from rdfkit.rdf.identifiers import expand
from rdfkit.sources.rdf_files import holds_rdf, read_rdf
from rdfkit.validation.shacl import terms
from rdfkit.validation.shacl.data import Statements, statements

_TYPE = expand("rdf:type")
_SHAPES = {expand(f"sh:{name}") for name in ("NodeShape", "PropertyShape")}
_TARGETS = {
    expand(f"sh:{name}")
    for name in ("target", "targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
}


@dataclass(frozen=True, slots=True)
class ShapesFile:
    """A file of shapes and its triples. Blank nodes have labels that are the same on every run."""

    path: Path
    triples: tuple[ox.Triple, ...]


@dataclass(frozen=True, slots=True)
class ShapesGraph:
    """The files of a shapes graph, and what they say together."""

    files: tuple[ShapesFile, ...]
    statements: Statements

    @classmethod
    def read(cls, paths: Iterable[Path]) -> ShapesGraph:
        """The shapes graph of RDF files. Raises ShapesError for a file that cannot be read, or none with a shape."""
        labels = Labels("shape")
        files = tuple(
            ShapesFile(path, tuple(labels.triples(_quads(path), number))) for number, path in enumerate(paths)
        )
        found = cls(files, statements(triple for file in files for triple in file.triples))
        if not any(_is_shape(triple) for triple in found.triples):
            raise ShapesError(
                "no SHACL shape in the files", path=found.shown_paths, expected="sh:NodeShape or a target"
            )
        return found

    @property
    def triples(self) -> list[ox.Triple]:
        """The triples of all files."""
        return [triple for file in self.files for triple in file.triples]

    @property
    def shown_paths(self) -> str:
        """The files as a message names them."""
        return ", ".join(str(file.path) for file in self.files)

    def place(self, subject: str, value: str | None = None) -> tuple[str, int | None]:
        """The file that says something of a node, and the line if it can be told. Terms are as in N-Triples.

        The parser tells no lines. So the line is that of the value's text, or of the node's name, where it is found.
        """
        file = next(
            (one for one in self.files if any(str(triple.subject) == subject for triple in one.triples)), None
        )
        if file is None:
            return self.shown_paths, None
        return str(file.path), _line(file.path, _needles(subject, value))


def _quads(path: Path) -> list[ox.Quad]:
    try:
        # Shapes are Turtle unless their name says otherwise.
        return read_rdf(path, None if holds_rdf(path) else of_name("turtle"))
    except (SourceError, ArchiveError) as error:
        raise ShapesError(
            f"cannot be read as RDF: {error.message}",
            path=error.path,
            line=error.line,
            expected="a shapes graph",
        ) from error


def _is_shape(triple: ox.Triple) -> bool:
    if triple.predicate.value == _TYPE:
        return isinstance(triple.object, ox.NamedNode) and triple.object.value in _SHAPES
    return triple.predicate.value in _TARGETS


def _needles(subject: str, value: str | None) -> list[str]:
    found = _name(subject)
    if value is None:
        return found
    if not value.startswith('"'):
        return [*_name(value), *found]
    end = value.rindex('"')
    first = next((line for line in terms.text(value).splitlines() if line.strip()), "")
    return [re.escape(value[1:end]), re.escape(first), *found]


def _name(term: str) -> list[str]:
    """A pattern for the last part of an IRI, as it stands after a prefix; none for a blank node."""
    if not term.startswith("<"):
        return []
    local = re.escape(re.split("[#/:]", term[1:-1])[-1])
    return [rf"[:/#]{local}\b"] if local else []


def _line(path: Path, needles: list[str]) -> int | None:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    for needle in filter(None, needles):
        for number, line in enumerate(lines, start=1):
            if re.search(needle, line):
                return number
    return None
