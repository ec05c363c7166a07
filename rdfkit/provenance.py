"""The graph about the graphs: which file each one comes from, its hash, the commit; and the prefixes.

W3C PROV-O says where a graph comes from, `sh:declare` (SHACL) which prefixes queries may use.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

import pyoxigraph as ox

from rdfkit.identifiers import expand, prefix_map
from rdfkit.pages import Page
from rdfkit.tables import file_sha256

GRAPH = ox.NamedNode(expand("pfocr:provenance"))
_VOCABULARY = ox.NamedNode(expand("pfocr:"))


def provenance_quads(pages: Iterable[tuple[str, Page]], commits: Commits) -> Iterator[ox.Quad]:
    """For each (graph IRI, page): its kind, its source files, their SHA-256, and the commit if there is one."""
    for graph, page in pages:
        yield _quad(graph, "dcterms:type", ox.Literal(page.kind))
        yield from _source(graph, f"{graph}#source", page.relative, page.sha256, commits.of(Path(page.path)))
        for kind, table in sorted(page.tables.items()):
            name = f"{graph}#source-{kind}"
            yield from _source(graph, name, table.relative, file_sha256(table.path), commits.of(table.path))


def ontology_provenance_quads(files: Iterable[tuple[str, Path]], commits: Commits) -> Iterator[ox.Quad]:
    """For each (graph IRI, file) of an ontology what `provenance_quads` says of a page."""
    for graph, path in files:
        yield _quad(graph, "dcterms:type", ox.Literal("ontology"))
        yield from _source(
            graph, f"{graph}#source", PurePosixPath(path.name), file_sha256(path), commits.of(path)
        )


def _source(
    graph: str, name: str, relative: PurePosixPath, digest: str | None, commit: str | None
) -> Iterator[ox.Quad]:
    yield _quad(graph, "prov:wasDerivedFrom", ox.NamedNode(name))
    yield _quad(name, "rdf:type", ox.NamedNode(expand("prov:Entity")))
    yield _quad(name, "dcterms:identifier", ox.Literal(relative.as_posix()))
    if digest is not None:
        yield _quad(name, "schema:sha256", ox.Literal(digest))
    if commit is not None:
        yield _quad(name, "pav:version", ox.Literal(commit))


def prefix_quads() -> Iterator[ox.Quad]:
    """The prefix map as `sh:declare` triples, https://www.w3.org/TR/shacl/#sparql-prefixes"""
    uri = ox.NamedNode(expand("xsd:anyURI"))
    for prefix, namespace in prefix_map().items():
        declaration = expand(f"pfocr-site:#prefix-{prefix}")
        yield _quad(_VOCABULARY.value, "sh:declare", ox.NamedNode(declaration))
        yield _quad(declaration, "rdf:type", ox.NamedNode(expand("sh:PrefixDeclaration")))
        yield _quad(declaration, "sh:prefix", ox.Literal(prefix))
        yield _quad(declaration, "sh:namespace", ox.Literal(namespace, datatype=uri))


class Commits:
    """The commit that holds a file as it is now; None outside a git checkout and for changed files."""

    def __init__(self) -> None:
        self._checkouts: dict[Path, _Checkout | None] = {}

    def of(self, path: Path) -> str | None:
        """The commit's hash in hex."""
        folder = path.resolve().parent
        if folder not in self._checkouts:
            self._checkouts[folder] = _checkout(folder)
        checkout = self._checkouts[folder]
        if checkout is None or path.name not in checkout.unchanged:
            return None
        return checkout.commit


class _Checkout:
    def __init__(self, commit: str, unchanged: frozenset[str]) -> None:
        self.commit = commit
        self.unchanged = unchanged


def _checkout(folder: Path) -> _Checkout | None:
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "HEAD")
    if commit is None:
        return None
    tracked = _git(folder, "ls-tree", "-z", "--name-only", "HEAD", "./") or ""
    changed = _git(folder, "diff", "-z", "--name-only", "--relative", "HEAD", "--", ".") or ""
    return _Checkout(commit.strip(), frozenset(tracked.split("\0")) - frozenset(changed.split("\0")))


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git
            capture_output=True,
            check=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout


def _quad(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode(expand(predicate)), value, GRAPH)
