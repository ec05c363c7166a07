"""Validates what the user names: pages, folders of pages, or RDF files, against our shapes or theirs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from rdfkit import builder, formats, validation
from rdfkit.conversion import Advance, convert, no_progress
from rdfkit.errors import SourceError
from rdfkit.report import Report, Result


def validate(
    sources: Iterable[str | Path],
    *,
    shapes: Iterable[str | Path] | None = None,
    progress: Advance = no_progress,
) -> Report:
    """The report on pages (files or folders) and RDF files.

    `shapes` are SHACL files to use in place of the package's. RDF files are recognised by their suffix and
    checked together, so that they may describe each other. Raises SourceError for what does not exist or is
    not the RDF its suffix promises, ShapesError for shapes that are not SHACL.
    """
    places = [Path(source) for source in sources]
    rdf = [place for place in places if formats.of_file(place) is not None and not place.is_dir()]
    pages = [place for place in places if place not in rdf]
    files = [Path(path) for path in shapes] if shapes is not None else None
    results = list(_check_rdf(rdf, files))
    if pages:
        results.extend(
            builder.check(convert(pages, progress=progress), validation.load_shapes(files)).results
        )
    return Report.of(results)


def _check_rdf(paths: list[Path], shapes: list[Path] | None) -> Iterable[Result]:
    if not paths:
        return []
    quads = {path: read_rdf(path) for path in paths}
    triples = (quad.triple for found in quads.values() for quad in found)
    results = validation.check(triples, validation.load_shapes(shapes))
    return [validation.untraced(result, _file_of(result, quads)) for result in results]


def read_rdf(path: Path) -> list[ox.Quad]:
    """The quads of an RDF file, its format told by its suffix. Raises SourceError with the line of a syntax error."""
    found = formats.of_file(path)
    try:
        with path.open("rb") as file:
            return list(ox.parse(file, found.rdf if found else None, base_iri=path.resolve().as_uri()))
    except SyntaxError as error:
        raise SourceError(
            f"is not {found.label if found else 'RDF'}: {error.msg}",
            path=str(path),
            line=error.lineno,
            column=error.offset,
        ) from error
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", path=str(path)) from error


def _file_of(result: validation.ShapeResult, quads: dict[Path, list[ox.Quad]]) -> str | None:
    focus = ox.NamedNode(result.focus) if ":" in result.focus else None
    for path, found in quads.items():
        if any(quad.subject == focus for quad in found):
            return str(path)
    return str(next(iter(quads))) if len(quads) == 1 else None
