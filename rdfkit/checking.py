"""Validates what the user names: pages, folders of pages, or RDF files, against our shapes or theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import pyoxigraph as ox

from rdfkit import archives, builder, formats, rdfxml, tracing, validation
from rdfkit.conversion import Advance, no_progress
from rdfkit.errors import ArchiveError, SourceError
from rdfkit.report import Report, Result
from rdfkit.validation import Engine, Shapes


def validate(
    sources: Iterable[str | Path],
    *,
    shapes: Iterable[str | Path] | None = None,
    engine: Engine = Engine.RDFKIT,
    progress: Advance = no_progress,
) -> Report:
    """The report on pages (files or folders) and RDF files, plain, gzipped or in archives.

    `shapes` are SHACL files to use in place of the package's, `engine` is what checks; that pyshacl had to check
    in place of our own engine is an info of the report. RDF files are recognised by their suffix and
    checked together, so that they may describe each other. Raises SourceError for what does not exist or is
    not the RDF its suffix promises, ArchiveError for an archive that is damaged or not safe, ShapesError for
    shapes that are not SHACL.
    """
    places = [Path(source) for source in sources]
    rdf = [place for place in places if holds_rdf(place) and not place.is_dir()]
    pages = [place for place in places if place not in rdf]
    files = [Path(path) for path in shapes] if shapes is not None else None
    loaded = validation.load_shapes(files, engine)
    results = [*loaded.notes(), *_check_rdf(rdf, loaded)]
    if pages:
        results.extend(builder.examine(pages, loaded, progress=progress).results)
    return Report.of(results)


def _check_rdf(paths: list[Path], shapes: Shapes) -> Iterable[Result]:
    if not paths:
        return []
    quads = {path: read_rdf(path) for path in paths}
    triples = (quad.triple for found in quads.values() for quad in found)
    results = validation.check(triples, shapes)
    files = _files_of({result.focus for result in results}, quads)
    return [tracing.untraced(result, files.get(result.focus)) for result in results]


def holds_rdf(path: Path) -> bool:
    """Whether the name of a file is that of an RDF file, gzipped or not, or of an archive, which may have some."""
    return formats.of_file(path) is not None or archives.is_archive(path)


def read_rdf(path: Path) -> list[ox.Quad]:
    """The quads of an RDF file, gzipped or not, or of all RDF files in a zip, tar or tar.gz.

    Suffixes tell the format. Other files in an archive are passed over, one without RDF is refused. Blank nodes
    of different members stay apart. Raises SourceError with the line of a syntax error, ArchiveError for an
    archive that is damaged or not safe.
    """
    try:
        if archives.is_archive(path):
            return list(_archived_quads(path))
        with archives.open_bytes(path) as stream:
            return _parse(stream, formats.of_file(path), str(path), path.resolve().as_uri())
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", path=str(path)) from error


def _archived_quads(path: Path) -> Iterator[ox.Quad]:
    base = path.resolve().as_uri()
    some = False
    for name, stream in archives.members(path):
        found = formats.of_file(Path(name))
        if found is None:
            continue
        if name.lower().endswith(".gz"):
            raise ArchiveError(
                "is packed again inside the archive",
                path=str(path),
                key=name,
                expected="plain RDF files in it",
            )
        some = True
        yield from _parse(stream, found, f"{path}!/{name}", f"{base}!/{quote(name)}", apart=True)
    if not some:
        raise SourceError("has no RDF file in it", path=str(path), expected=", ".join(formats.SUFFIXES))


def _parse(
    stream: BinaryIO, found: formats.Format | None, shown: str, base: str, *, apart: bool = False
) -> list[ox.Quad]:
    if found is formats.FORMATS["rdfxml"]:
        stream = rdfxml.checked(stream, shown)
    try:
        return list(ox.parse(stream, found.rdf if found else None, base_iri=base, rename_blank_nodes=apart))
    except SyntaxError as error:
        raise SourceError(
            f"is not {found.label if found else 'RDF'}: {error.msg}",
            path=shown,
            line=error.lineno,
            column=error.offset,
        ) from error


def _files_of(nodes: set[str], quads: dict[Path, list[ox.Quad]]) -> dict[str, str]:
    """The first file that describes each node; the only file for what none describes."""
    if len(quads) == 1:
        return dict.fromkeys(nodes, str(next(iter(quads))))
    found: dict[str, str] = {}
    for path, read in quads.items():
        for quad in read:
            if isinstance(quad.subject, ox.NamedNode) and quad.subject.value in nodes:
                found.setdefault(quad.subject.value, str(path))
    return found
