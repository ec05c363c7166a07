"""The graph about the graphs: which file each one comes from, its hash, the commit; and the prefixes.

W3C PROV-O says where a graph comes from, `sh:declare` (SHACL) which prefixes queries may use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pyoxigraph as ox

from rdfkit.rdf.graphs import PROVENANCE_GRAPH
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.quads import quad_of

_KIND, _DERIVED, _TYPE, _ENTITY, _PATH, _SHA256, _VERSION = (
    str(ox.NamedNode(expand(name)))
    for name in (
        "dcterms:type",
        "prov:wasDerivedFrom",
        "rdf:type",
        "prov:Entity",
        "dcterms:identifier",
        "schema:sha256",
        "pav:version",
    )
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that a graph comes from: its path inside the site, its hash, and the commit that holds it."""

    relative: str
    sha256: str | None
    version: str | None


def provenance_triples(
    graph: str, kind: str, source: Source, tables: Mapping[str, Source] = MappingProxyType({})
) -> Iterator[str]:
    """Of a graph: its kind, its source files (the page, and tables by kind), their SHA-256, the commit if any.

    Each triple is a line of N-Triples without its end. For a whole site this is much text, and little else.
    """
    yield f'<{graph}> {_KIND} "{kind}"'
    yield from _source(graph, f"<{graph}#source>", source)
    for name, table in sorted(tables.items()):
        yield from _source(graph, f"<{graph}#source-{name}>", table)


def provenance_quads(
    graph: str, kind: str, source: Source, tables: Mapping[str, Source] = MappingProxyType({})
) -> Iterator[ox.Quad]:
    """What `provenance_triples` says, as quads."""
    lines = (f"{triple} {PROVENANCE_GRAPH} .\n" for triple in provenance_triples(graph, kind, source, tables))
    return iter(ox.parse("".join(lines), ox.RdfFormat.N_QUADS))


def version_quad(graph: str, table: str | None, version: str | None) -> ox.Quad | None:
    """What `provenance_quads` says of the commit of a graph's page, or of its table of a kind; None without one."""
    if version is None:
        return None
    name = f"{graph}#source" if table is None else f"{graph}#source-{table}"
    return quad_of(name, "pav:version", ox.Literal(version))


def _source(graph: str, name: str, source: Source) -> Iterator[str]:
    yield f"<{graph}> {_DERIVED} {name}"
    yield f"{name} {_TYPE} {_ENTITY}"
    yield f"{name} {_PATH} {ox.Literal(source.relative)}"
    if source.sha256 is not None:
        yield f'{name} {_SHA256} "{source.sha256}"'
    if source.version is not None:
        yield f'{name} {_VERSION} "{source.version}"'
