"""Validates what the user names: pages, folders of pages, or RDF files, against our shapes or theirs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from rdfkit.pipeline import selection
from rdfkit.pipeline.build import examine
from rdfkit.pipeline.progress import Advance, no_progress
from rdfkit.report import Report, Result, Severity
from rdfkit.sources.rdf_files import holds_rdf, read_rdf
from rdfkit.validation import tracing, validator
from rdfkit.validation.shape_words import ShapeWords
from rdfkit.validation.validator import Engine, Shapes


def validate(
    sources: Iterable[str | Path],
    *,
    shapes: Iterable[str | Path] | None = None,
    engine: Engine = Engine.RDFKIT,
    changed_since: str | None = None,
    progress: Advance = no_progress,
) -> Report:
    """The report on pages (files or folders) and RDF files, plain, gzipped or in archives.

    `shapes` are SHACL files to use in place of the package's, `engine` is what checks; that pyshacl had to check
    in place of our own engine is an info of the report. RDF files are recognised by their suffix and
    checked together, so that they may describe each other. A companion table named alone stands for its page. With
    `changed_since`, a revision of git, only what it says of pages that have changed since, or whose tables have, is in
    the report; what pages look up in others they find all the same. Raises SourceError for what does not exist or is
    not the RDF its suffix promises, ArchiveError for an archive that is damaged or not safe, ShapesError for
    shapes that are not SHACL.
    """
    places = selection.with_pages(Path(source) for source in sources)
    names = selection.changed_since(places, changed_since) if changed_since is not None else None
    if names is not None and not selection.has_any(places, names):
        message = f"no page and no table of a page has changed since {changed_since}"
        return Report((Result(Severity.INFO, "changed-since", message),))
    rdf = [place for place in places if holds_rdf(place) and not place.is_dir()]
    pages = [place for place in places if place not in rdf]
    files = [Path(path) for path in shapes] if shapes is not None else None
    loaded = validator.load_shapes(files, engine)
    results = [*loaded.notes(), *_check_rdf(rdf, loaded)]
    if pages:
        results.extend(examine(pages, loaded, progress=progress).results)
    if files:
        words = ShapeWords.read(files)
        results = [words.reworded(result) for result in results]
    report = Report.of(results)
    return report if names is None else selection.only(report, names)


def _check_rdf(paths: list[Path], shapes: Shapes) -> Iterable[Result]:
    if not paths:
        return []
    quads = {path: read_rdf(path) for path in paths}
    triples = (quad.triple for found in quads.values() for quad in found)
    results = validator.check(triples, shapes)
    files = _files_of({result.focus for result in results}, quads)
    return [tracing.untraced(result, files.get(result.focus)) for result in results]


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
