"""Checks RDF that is no page: files, folders, standard input, and graphs of rdflib or Oxigraph."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

import pyoxigraph as ox

from rdfkit.errors import SourceError
from rdfkit.rdf import formats
from rdfkit.rdf.blank_nodes import Labels
from rdfkit.report import Result, Severity
from rdfkit.sources.rdf_files import holds_rdf, parse_rdf, read_rdf
from rdfkit.validation import tracing, validator
from rdfkit.validation.pyshacl_engine import Options
from rdfkit.validation.validator import Shapes

if TYPE_CHECKING:
    import rdflib

STDIN = "-"
# What can be checked: a place, or a graph in memory.
Source: TypeAlias = "str | Path | ox.Store | ox.Dataset | rdflib.Graph"
_IN_MEMORY = "graph"


@dataclass(frozen=True, slots=True)
class RdfSource:
    """RDF to check: what findings call it, and its statements with blank nodes as the parser names them."""

    name: str
    quads: list[ox.Quad]


@dataclass(frozen=True, slots=True)
class RdfCheck:
    """The findings about RDF, and how many shapes and focus nodes there were."""

    results: list[Result]
    shapes: int
    focus_nodes: int


def is_source(given: object) -> TypeGuard[Source]:
    """Whether this is one source, and no list of them."""
    kinds = (str, Path, ox.Store, ox.Dataset)
    return isinstance(given, kinds) or hasattr(given, "serialize")


def parted(sources: Iterable[Source], input_format: formats.Format | None) -> tuple[list[Source], list[Path]]:
    """Sources that are RDF, and those that are places of pages.

    With a format all files are RDF. A folder is one of RDF when it has RDF files in it and no page.
    """
    rdf: list[Source] = []
    pages: list[Path] = []
    for source in sources:
        if not isinstance(source, str | Path) or str(source) == STDIN:
            rdf.append(source)
            continue
        path = Path(source)
        is_rdf = _is_rdf_folder(path) if path.is_dir() else holds_rdf(path) or input_format is not None
        if is_rdf:
            rdf.append(path)
        else:
            pages.append(path)
    return rdf, pages


def check_rdf(
    sources: Iterable[Source], shapes: Shapes, input_format: formats.Format | None, options: Options
) -> RdfCheck:
    """Checks RDF together, so that one source may describe what is in another.

    Raises SourceError for what is not the RDF that it should be, ShapesError for shapes that are not SHACL.
    """
    labels = Labels("node", keep=True)
    read = [one for source in sources for one in _read(source, input_format)]
    triples = [(one.name, labels.triples(one.quads, number)) for number, one in enumerate(read)]
    done = validator.check((triple for _, found in triples for triple in found), shapes, options)
    files = _files_of({result.focus for result in done.results}, triples)
    results = [tracing.untraced(result, files.get(result.focus)) for result in done.results]
    return RdfCheck(results, done.shapes, done.focus_nodes)


def read_ontology(paths: Iterable[Path]) -> tuple[ox.Triple, ...]:
    """The triples of files of classes and properties. Raises SourceError for what is no RDF."""
    labels = Labels("ontology")
    return tuple(
        triple for number, path in enumerate(paths) for triple in labels.triples(read_rdf(path), number)
    )


def nothing_checked(shapes: Shapes, options: Options) -> Result:
    """That no shape has a target, as a warning."""
    asked = " among the nodes asked for" if options.focus else ""
    return Result(
        severity=Severity.WARNING,
        rule="nothing-checked",
        message=f"no node was checked: no shape has a target in this data{asked}",
        advice=f"Look at the targets in {shapes.graph.shown_paths}."
        if len(shapes.graph.files) < 4
        else "These are rdfkit's own shapes. --shapes FILE names yours.",
    )


def _is_rdf_folder(folder: Path) -> bool:
    files = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]
    return not any(path.suffix == ".md" for path in files) and any(map(_is_plain_rdf, files))


def _is_plain_rdf(path: Path) -> bool:
    return formats.of_file(path) is not None


def _read(source: Source, input_format: formats.Format | None) -> Iterator[RdfSource]:
    if not isinstance(source, str | Path):
        yield RdfSource(_IN_MEMORY, list(_quads(source)))
    elif str(source) == STDIN:
        if input_format is None:
            raise SourceError("has no suffix", path="standard input", expected="--input-format")
        yield RdfSource("stdin", parse_rdf(sys.stdin.buffer, input_format, "standard input", "urn:stdin"))
    elif Path(source).is_dir():
        for path in sorted(path for path in Path(source).rglob("*") if _is_plain_rdf(path)):
            yield RdfSource(str(path), read_rdf(path))
    else:
        yield RdfSource(str(source), read_rdf(Path(source), input_format))


def _quads(source: Any) -> Iterable[ox.Quad]:  # noqa: ANN401 - a graph of either library
    if isinstance(source, ox.Store):
        return source.quads_for_pattern(None, None, None, None)
    if isinstance(source, ox.Dataset):
        return source
    if not hasattr(source, "serialize"):
        raise SourceError(f"{type(source).__name__} cannot be checked", expected="a path, a graph or a store")
    # N-Quads are what both libraries know.
    has_graphs = bool(getattr(source, "context_aware", False))
    data = source.serialize(format="nquads" if has_graphs else "nt", encoding="utf-8")
    try:
        return list(ox.parse(data, ox.RdfFormat.N_QUADS))
    except SyntaxError as error:
        raise SourceError(f"the graph is not RDF: {error.msg}") from error


def _files_of(nodes: set[str], triples: list[tuple[str, list[ox.Triple]]]) -> dict[str, str]:
    """The first source that describes each node; the only one for what none describes."""
    if len(triples) == 1:
        return dict.fromkeys(nodes, triples[0][0])
    found: dict[str, str] = {}
    for name, read in triples:
        for triple in read:
            for term in (triple.subject, triple.object):
                shown = term.value if isinstance(term, ox.NamedNode) else str(term)
                if shown in nodes:
                    found.setdefault(shown, name)
    return found
