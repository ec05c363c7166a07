"""Validates what the user names: pages, folders of pages, or RDF, against our shapes or theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

from rdfkit.errors import SourceError
from rdfkit.pipeline import selection
from rdfkit.pipeline.build import examine
from rdfkit.pipeline.progress import Advance, no_progress
from rdfkit.pipeline.rdf_check import Source, check_rdf, is_source, nothing_checked, parted, read_ontology
from rdfkit.rdf import formats
from rdfkit.report import Report, Result, Severity
from rdfkit.validation import validator
from rdfkit.validation.pyshacl_engine import Options
from rdfkit.validation.shape_words import ShapeWords
from rdfkit.validation.validator import Engine


def validate(
    sources: Iterable[Source] | Source,
    *,
    shapes: Iterable[str | Path] | str | Path | None = None,
    engine: Engine = Engine.RDFKIT,
    changed_since: str | None = None,
    input_format: str | None = None,
    inference: str | None = None,
    focus: Sequence[str] = (),
    ontology: Iterable[str | Path] = (),
    progress: Advance = no_progress,
) -> Report:
    """The report on pages (files or folders) and RDF: files plain, gzipped, in archives or folders, graphs in memory.

    `shapes` are SHACL files to use in place of the package's, `engine` is what checks; that pyshacl had to check in
    place of our own engine is an info of the report. RDF is recognised by its suffix, or is all that is given when
    `input_format` names its format; `-` is standard input; a graph of rdflib or a store of pyoxigraph is taken as
    it is. All of it is checked together, so that files may describe each other. A companion table named alone stands
    for its page. With `changed_since`, a revision of git, only what it says of pages that have changed since, or whose
    tables have, is in the report; what pages look up in others they find all the same.

    `inference` (`rdfs`, `owlrl`) derives triples first, from the data and the files of `ontology`; with `focus` only
    these nodes are checked; pyshacl does so. Raises SourceError for what does not exist or is not the RDF that it
    should be, ArchiveError for an archive that is damaged or not safe, ShapesError for shapes that are not SHACL,
    ExportError for the name of a format that is none.
    """
    format = formats.of_name(input_format) if input_format is not None else None
    rdf, pages = parted(_listed(sources), format)
    pages = selection.with_pages(pages)
    names = None
    if changed_since is not None:
        places = [*pages, *(Path(one) for one in rdf if isinstance(one, str | Path))]
        names = selection.changed_since(places, changed_since)
        if not selection.has_any(places, names):
            message = f"no page and no table of a page has changed since {changed_since}"
            return Report((Result(Severity.INFO, "changed-since", message),))
    files = [Path(path) for path in _paths(shapes)] if shapes is not None else None
    options = Options(inference, tuple(focus), read_ontology(map(Path, ontology)))
    loaded = validator.load_shapes(files, Engine.PYSHACL if options.are_any else engine)
    if pages and options.are_any:
        raise SourceError(
            "pages are checked as they are",
            path=str(pages[0]),
            expected="RDF for inference, focus or ontology",
        )
    results = loaded.notes()
    targeted = focus_nodes = 0
    if rdf:
        done = check_rdf(rdf, loaded, format, options)
        results.extend(done.results)
        targeted, focus_nodes = done.shapes, done.focus_nodes
    if pages:
        report = examine(pages, loaded, progress=progress)
        results.extend(report.results)
        targeted, focus_nodes = report.shapes or 0, focus_nodes + (report.focus_nodes or 0)
    # Of pages our own shapes may rightly want nothing, as of one that only leads to another.
    if not focus_nodes and (rdf or files):
        results.append(nothing_checked(loaded, options))
    if files:
        words = ShapeWords.read(files)
        results = [words.reworded(result) for result in results]
    found = Report.of_all(results, targeted, focus_nodes)
    return found if names is None else selection.only(found, names)


def _paths(paths: Iterable[str | Path] | str | Path) -> Iterable[str | Path]:
    return [paths] if isinstance(paths, str | Path) else paths


def _listed(sources: Iterable[Source] | Source) -> list[Source]:
    """What was given, also where it is one thing and no list: a text is no list of letters."""
    if is_source(sources):
        return [sources]
    return list(cast(Iterable[Source], sources))
