"""Describes a build: provenance, ontologies, prefixes, datasets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import partial
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from rdfkit.pipeline.page_uses import page_counts
from rdfkit.pipeline.provenance import Source, provenance_quads, provenance_triples, version_quad
from rdfkit.pipeline.stages.run import Phase, Run
from rdfkit.pipeline.stages.share import settle_ontologies, settle_shared
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import new_versions
from rdfkit.pipeline.state.graphs import graphs, used, used_graph
from rdfkit.rdf.graphs import PROVENANCE_GRAPH, shared_graphs
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.quads import graph_iri, prefix_quads, sorted_quads
from rdfkit.sources.commits import Commits
from rdfkit.sources.filesystems import file_sha256
from rdfkit.sources.ontologies.model import Ontology
from rdfkit.store.catalogue import spaces
from rdfkit.store.graph_editor import Editor
from rdfkit.store.statistics import Counts, count_changes, count_store
from rdfkit.store.void import describe as describe_datasets
from rdfkit.store.void import site_of_kind

_DERIVED = ox.NamedNode(expand("prov:wasDerivedFrom"))


def describe(run: Run, whole: Counts) -> None:
    """Adds what is said of the graphs and of the datasets; `whole` counts what pages say."""
    database = run.database
    database.set("phase", Phase.DESCRIBING)
    of_datasets = ((graph, site_of_kind(kind, graph)) for graph, kind in graphs(database))
    shared = ((graph, run.sites(graph)) for space in spaces() for graph in shared_graphs(space))
    counted = partial(page_counts, database, run.stage.graph, site=run.sites)
    counts = count_store(run.stage.graph, whole, chain(of_datasets, shared), run.sites, counted)
    run.stage.load(_ontology_quads(run.ontologies))
    editor = Editor(run.stage, run.sites)
    settle_ontologies(run, editor)
    count_changes(counts, editor.differences(), run.stage.graph, run.sites)
    _set_counts(database, counts)
    _load_provenance(run)
    others = chain(
        *map(_told_of, run.ontologies), prefix_quads(), describe_datasets(counts, PROVENANCE_GRAPH)
    )
    run.stage.load(sorted_quads(others))
    database.set("ontologies", json.dumps([one.iri for one in run.ontologies]))
    database.set("quads", str(len(run.stage.graph)))


def describe_changes(run: Run, altered: Set[str]) -> None:
    """Brings what is said of the graphs and of the datasets up to date. `altered` are the graphs with other quads."""
    counts = {
        name: Counts.from_json(one)
        for name, one in json.loads(run.database.setting("counts") or "{}").items()
    }
    before = list(describe_datasets(counts, PROVENANCE_GRAPH))
    _describe_ontologies(run)
    settle_shared(run)
    count_changes(counts, run.editor.differences(), run.stage.graph, run.sites)
    old = [*before, *chain.from_iterable(_told(run, graph) for graph in sorted(altered))]
    _set_counts(run.database, counts)
    new = list(describe_datasets(counts, PROVENANCE_GRAPH))
    for graph in sorted(altered):
        page = used_graph(run.database, graph)
        if page is not None:
            new += provenance_quads(page.graph, page.kind, page.source, page.tables)
    run.editor.change(old, new)
    _describe_commits(run, altered)


def _load_provenance(run: Run) -> None:
    """Loads where all pages come from, as text."""
    path = run.stage.folder / "provenance.nq"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for page in used(run.database):
            for triple in provenance_triples(page.graph, page.kind, page.source, page.tables):
                file.write(f"{triple} {PROVENANCE_GRAPH} .\n")
    run.stage.load_file(path)
    path.unlink()


def _told(run: Run, graph: str) -> Iterator[ox.Quad]:
    """What the store says of where a graph comes from."""
    for quad in run.stage.graph.quads_for_pattern(ox.NamedNode(graph), None, None, PROVENANCE_GRAPH):
        yield quad
        if quad.predicate == _DERIVED and isinstance(quad.object, ox.NamedNode):
            yield from run.stage.graph.quads_for_pattern(quad.object, None, None, PROVENANCE_GRAPH)


def _describe_ontologies(run: Run) -> None:
    """Brings the graphs of ontologies up to date, and what is said of them."""
    before = set(json.loads(run.database.setting("ontologies") or "[]"))
    now = {one.iri: one for one in run.ontologies}
    quads: dict[str, list[ox.Quad]] = {}
    for quad in _ontology_quads(run.ontologies):
        quads.setdefault(str(graph_iri(quad)), []).append(quad)
    for iri in sorted(before | now.keys()):
        run.editor.replace(iri, quads.get(iri, ()))
        run.editor.change(_told(run, iri), _told_of(now[iri]) if iri in now else ())
    run.database.set("ontologies", json.dumps(sorted(now)))


def _ontology_quads(ontologies: Iterable[Ontology]) -> Iterator[ox.Quad]:
    """The quads of ontologies; what several of them say is said by the first."""
    seen: set[ox.Triple] = set()
    for ontology in ontologies:
        said = {quad.triple: quad for quad in ontology.quads()}
        yield from (quad for triple, quad in said.items() if triple not in seen)
        seen.update(said)


def _describe_commits(run: Run, altered: Set[str]) -> None:
    """Brings the commits of files up to date that are themselves unchanged."""
    old, new = [], []
    for graph, kind, versions in new_versions(run.database):
        if graph not in altered:
            gone, come = (version_quad(graph, kind, version) for version in versions)
            old += [gone] if gone else []
            new += [come] if come else []
    run.editor.change(old, new)


def _told_of(ontology: Ontology) -> Iterator[ox.Quad]:
    """Where the graph of an ontology comes from."""
    path = str(ontology.path)
    source = Source(Path(path).name, file_sha256(path), Commits().of(path))
    return provenance_quads(ontology.iri, "ontology", source)


def _set_counts(database: Database, counts: Mapping[str, Counts]) -> None:
    database.set("counts", json.dumps({name: one.to_json() for name, one in sorted(counts.items())}))
