"""Releases: every triple is in them, any concatenation is the graph, the same input gives the same bytes."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rdfkit
from rdfkit.errors import ExportError
from rdfkit.pipeline.provenance import Source, provenance_quads
from rdfkit.publishing.audit import compare
from rdfkit.publishing.release.description import Publication, own_descriptions
from rdfkit.publishing.release.release import read_date, write_release
from rdfkit.rdf import graphs
from rdfkit.rdf.identifiers import expand
from rdfkit.sparql.tokens import calls_service
from rdfkit.store import Store
from rdfkit.store.statistics import Counts
from rdfkit.store.void import describe
from tests.support.command_line import Done, run_command
from tests.support.paths import CASES, SEEDS

DAY = datetime.date(2026, 11, 20)
SITE, FIGURES = "https://www.wikipathways.org", "https://pfocr.wikipathways.org"
WIKIPATHWAYS, PFOCR = "https://data.wikipathways.org/20261120/rdf/", f"{FIGURES}/20261120/rdf/"
# Linux keeps a disk of its own there.
MOUNTED = Path("/dev/shm")  # noqa: S108


@pytest.fixture(scope="module")
def release(sample_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(sample_store, tmp_path_factory.mktemp("release") / "out", DAY).folder


@pytest.fixture(scope="module")
def small_store() -> Iterator[Store]:
    """A store with a triple of each of three figures: enough for what is about folders and names."""
    with Store.from_quads(_figures(3)) as store:
        yield store


def _figures(number: int) -> list[ox.Quad]:
    kind, figure = ox.NamedNode(expand("rdf:type")), ox.NamedNode(expand("doco:Figure"))
    names = (f"https://pfocr.wikipathways.org/figures/PMC{one}__f1.html" for one in range(1, number + 1))
    return [ox.Quad(ox.NamedNode(name), kind, figure, ox.NamedNode(name)) for name in names]


def _members(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                yield name, packed.read(name)


def _triples(turtle: bytes) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(turtle, ox.RdfFormat.TURTLE)}


def test_files_are_those_that_the_loader_takes(release: Path) -> None:
    assert sorted(path.name for path in release.iterdir()) == [
        "graphs.ttl.gz",
        "manifest.json",
        "pfocr-20261120-rdf.zip",
        "pfocr.ttl",
        "pfocr.ttl.gz",
        "queries.ttl",
        "wikipathways-20261120-rdf-authors.zip",
        "wikipathways-20261120-rdf-pages.zip",
        "wikipathways-20261120-rdf-wp.zip",
        "wikipathways-rdf-void.ttl",
        "wikipathways.ttl.gz",
    ]
    names = [name for name, _ in _members(release)]
    assert "wp/Homo_sapiens/WP364_r142066.ttl" in names
    assert "authors/WP364.ttl" in names
    assert (
        sum(name.startswith("wp/") for name in names)
        == sum(name.startswith("authors/") for name in names)
        == 240
    )
    assert sum(name.startswith("pfocr/") for name in names) == 2
    assert sum(name.startswith("pages/") for name in names) == 171 + 20 + 39 + 21


def test_nothing_is_lost(release: Path, sample_store: Store) -> None:
    # What a store says of its datasets, the release says of their versions.
    everything = set(sample_store.triples()) - own_descriptions(sample_store)
    whole = b"".join(gzip.decompress(path.read_bytes()) for path in sorted(release.glob("*.ttl.gz")))
    assert _triples(whole) == everything
    members = b"".join(content for _, content in _members(release))
    assert _triples(members + gzip.decompress((release / "graphs.ttl.gz").read_bytes())) == everything


@pytest.mark.scale
def test_any_order_of_files_is_the_same_graph(release: Path) -> None:
    contents = [content for _, content in _members(release)]
    contents += [gzip.decompress(path.read_bytes()) for path in release.glob("*.ttl.gz")]
    contents += [path.read_bytes() for path in release.glob("*.ttl")]
    apart = set().union(*map(_triples, contents))
    assert _triples(b"".join(contents)) == _triples(b"".join(reversed(contents))) == apart
    assert not any(isinstance(term, ox.BlankNode) for triple in apart for term in triple)
    assert all(content.endswith(b".\n") for content in contents)
    assert not any(re.search(rb"^(@base|BASE)\b", content, re.M | re.I) for content in contents)


def test_authors_are_in_their_own_file(release: Path) -> None:
    members = dict(_members(release))
    pathway, authors = members["wp/Homo_sapiens/WP364_r142066.ttl"], members["authors/WP364.ttl"]
    assert b"foaf:Person" not in pathway
    assert b"orcid:0000-0001-7542-0286" in authors
    assert authors.count(b"wpq:series_ordinal") == 12


def test_no_name_needs_a_backslash(release: Path) -> None:
    # Virtuoso 7 would take that of doi:10.1016\\/j as a part of the name.
    for _, text in _members(release):
        assert b"\\" not in re.sub(rb'"(?:[^"\\]|\\.)*"', b"", text)


def test_the_manifest_tells_hashes_sizes_and_counts(release: Path) -> None:
    manifest = json.loads((release / "manifest.json").read_text())
    assert manifest["date"] == "2026-11-20"
    assert manifest["pages"]["pathway"] == 240
    files = {file["name"]: file for file in manifest["files"]}
    assert files.keys() == {path.name for path in release.iterdir()} - {"manifest.json"}
    for name, file in files.items():
        content = (release / name).read_bytes()
        assert (file["sha256"], file["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert files["pfocr.ttl.gz"]["files"] == files["pfocr-20261120-rdf.zip"]["files"] == 2
    for name in ("pfocr-20261120-rdf.zip", "wikipathways-20261120-rdf-wp.zip"):
        with zipfile.ZipFile(release / name) as packed:
            texts = [packed.read(member) for member in packed.namelist()]
        counted = sum(len(list(ox.parse(text, ox.RdfFormat.TURTLE))) for text in texts)
        assert (files[name]["files"], files[name]["triples"]) == (len(texts), counted)


def test_void_has_the_date_and_the_files(release: Path) -> None:
    text = (release / "wikipathways-rdf-void.ttl").read_text()
    assert 'pav:createdOn "2026-11-20"^^xsd:date' in text
    packed = {path.name for path in release.iterdir() if path.suffix in (".gz", ".zip")} - {"graphs.ttl.gz"}
    assert set(re.findall(r'dcterms:title "([^"]*\.(?:gz|zip))"', text)) == packed


def test_void_tells_the_linksets(release: Path) -> None:
    triples = _triples((release / "wikipathways-rdf-void.ttl").read_bytes())
    store = Store.from_quads(ox.Quad(*triple, graphs.PROVENANCE_GRAPH) for triple in triples)
    rows = store.query(
        """SELECT ?from ?predicate ?to ?n { ?linkset a void:Linkset ; void:subjectsTarget ?from ; void:triples ?n ;
           void:linkPredicate ?predicate ; void:objectsTarget ?to ; pav:createdOn ?day . ?from void:subset ?linkset }"""
    )
    genes = "https://www.ncbi.nlm.nih.gov/gene/#dataset"
    found = {(row["from"], row["predicate"], row["to"]) for row in rows}
    assert found >= {
        (PFOCR, expand("schema:mentions"), genes),
        (WIKIPATHWAYS, expand("wp:bdbEntrezGene"), genes),
        (PFOCR, expand("dcterms:relation"), WIKIPATHWAYS),
    }
    assert len({predicate for _, predicate, _ in found if "#bdb" in str(predicate)}) == 12


def _described(folder: Path) -> Store:
    triples = _triples((folder / "wikipathways-rdf-void.ttl").read_bytes())
    return Store.from_quads(ox.Quad(*triple, graphs.PROVENANCE_GRAPH) for triple in triples)


def test_numbers_and_dates_are_those_of_a_version(release: Path, sample_store: Store) -> None:
    told = _described(release)
    for summary, version in ((f"{SITE}/#dataset", WIKIPATHWAYS), (f"{FIGURES}/#dataset", PFOCR)):
        assert told.query(
            f"""ASK {{ <{summary}> dcterms:hasVersion <{version}> ; dcterms:publisher ?publisher .
            <{version}> dcterms:isVersionOf <{summary}> ; pav:version "20261120" ; dcterms:publisher ?publisher ;
            dcterms:issued "2026-11-20"^^xsd:date ; pav:createdOn "2026-11-20"^^xsd:date ; void:triples ?n }}"""
        )
        said = "void:triples|void:classPartition|void:subset|dcterms:issued|pav:createdOn|dcat:distribution"
        assert not told.query(f"ASK {{ <{summary}> {said} ?value }}")
        # The numbers that the store has are those of the version.
        for number in ("void:triples", "void:entities", "void:classes", "void:distinctObjects"):
            pattern = f"{number} ?n }}"
            (stored,) = sample_store.query(f"SELECT ?n {{ <{summary}> {pattern}")
            (released,) = told.query(f"SELECT ?n {{ <{version}> {pattern}")
            assert stored == released


def test_the_descriptions_of_two_months_agree(seed_store: Store, tmp_path: Path) -> None:
    folders = [
        write_release(seed_store, tmp_path / str(month), datetime.date(2026, month, 10)).folder
        for month in (10, 11)
    ]
    texts = [(folder / "wikipathways-rdf-void.ttl").read_bytes() for folder in folders]
    texts += [gzip.decompress((folder / "graphs.ttl.gz").read_bytes()) for folder in folders]
    triples = set().union(*map(_triples, texts))
    store = Store.from_quads(ox.Quad(*triple, graphs.PROVENANCE_GRAPH) for triple in triples)
    single = [
        "void:triples",
        "void:entities",
        "void:classes",
        "pav:createdOn",
        "dcterms:issued",
        "pav:version",
        "dcterms:title",
    ]
    for predicate in single:
        rows = store.query(
            f"""SELECT ?s {{ ?s {predicate} ?a, ?b FILTER(STR(?a) < STR(?b))
            {{ ?s a void:Dataset }} UNION {{ ?s a void:Linkset }} }}"""
        )
        assert rows.fetch() == [], predicate


def test_an_editor_completes_from_a_release(release: Path, sample_store: Store) -> None:
    text = (CASES / "void" / "editor.rq").read_text()
    rows = {tuple(row.values()) for row in _described(release).query(text)}
    assert len(rows) > 100
    assert rows == {tuple(row.values()) for row in sample_store.query(text)}


def test_files_are_described_as_the_manifest_has_them(seed_store: Store, tmp_path: Path) -> None:
    publication = Publication(
        "https://example.org/rdf/20261120", "https://example.org/sparql", datetime.date(2026, 10, 10)
    )
    out = write_release(seed_store, tmp_path / "out", DAY, publication=publication).folder
    told = _described(out)
    rows = told.query(
        """SELECT ?name ?bytes ?sha ?url ?folder { ?version dcat:distribution ?file ; void:dataDump ?url .
        ?file dcterms:title ?name ; dcat:byteSize ?bytes ; dcat:downloadURL ?url ; dcat:accessURL ?folder ;
        spdx:checksum [ spdx:checksumValue ?sha ; spdx:algorithm spdx:checksumAlgorithm_sha256 ] }"""
    ).fetch()
    files = {file["name"]: file for file in json.loads((out / "manifest.json").read_text())["files"]}
    assert {row["name"] for row in rows} == {
        name for name in files if name[0] in "wp" and name[-3:] in (".gz", "zip")
    }
    for row in rows:
        file = files[str(row["name"])]
        assert (str(row["bytes"]), str(row["sha"])) == (str(file["bytes"]), file["sha256"])
        assert row["url"] == f"https://example.org/rdf/20261120/{row['name']}"
        assert row["folder"] == "https://example.org/rdf/20261120/"
    assert told.query(
        f"""ASK {{ <{WIKIPATHWAYS}> void:sparqlEndpoint <https://example.org/sparql> ;
        pav:previousVersion <https://data.wikipathways.org/20261010/rdf/> }}"""
    )


def test_a_version_tells_repository_and_commit() -> None:
    page = "https://www.wikipathways.org/pathways/WP1.html"
    version = ox.NamedNode(expand("wikipathways:WP1_r1"))
    quads = [
        ox.Quad(
            version, ox.NamedNode(expand("rdf:type")), ox.NamedNode(expand("wp:Pathway")), ox.NamedNode(page)
        ),
        *provenance_quads(page, "pathway", Source("WP1.md", "0" * 64, "abc123")),
    ]
    counts = {"wikipathways": Counts(1, 1, 1, properties=Counter({expand("rdf:type"): 1}))}
    quads += describe(counts, graphs.PROVENANCE_GRAPH)
    with tempfile.TemporaryDirectory() as folder, Store.from_quads(quads) as store:
        told = _described(write_release(store, f"{folder}/out", DAY).folder)
    repository = "https://github.com/wikipathways/wikipathways.github.io"
    assert told.query(
        f"""ASK {{ <{WIKIPATHWAYS}> pav:importedFrom <{repository}> ; prov:wasDerivedFrom ?commit .
        ?commit a prov:Entity ; pav:version "abc123" FILTER(STRSTARTS(STR(?commit), STR(<{WIKIPATHWAYS}>))) }}"""
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--base-url", "data"], '--base-url: "data" is no address'),
        (["--base-url", "ftp://example.org/"], '"ftp://example.org/" is no address'),
        (["--sparql-endpoint", "https://exa mple.org/"], '"https://exa mple.org/" is no address'),
        (["--previous", "October"], '--previous: "October" is no date'),
        (["--previous", "2026-11-20"], "--previous: the release before is of 2026-11-20"),
    ],
)
def test_options_of_a_release_that_are_none(
    options: list[str], says: str, seed_store: Store, tmp_path: Path
) -> None:
    done = _export(
        "--store", seed_store.path, "--release", tmp_path / "out", "--date", "2026-11-20", *options
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert says in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_options_of_a_release_are_for_releases(seed_store: Store) -> None:
    done = _export("--store", seed_store.path, "--base-url", "https://example.org/")
    assert done.returncode == 2
    assert "add --release" in done.stderr


def test_names_of_files_are_the_same_in_an_address(release: Path) -> None:
    names = [name for name, _ in _members(release)]
    assert "pages/term/CL_0000003.ttl" in names or any(name.startswith("pages/term/PW_") for name in names)
    assert all(quote(name) == name for name in names)


@pytest.mark.parametrize("name", ["wikipathways.ttl.gz", "pfocr.ttl.gz", "pfocr-20261120-rdf.zip"])
def test_nothing_has_changed_since_the_release_of_the_same_store(
    name: str, release: Path, sample_store: Store
) -> None:
    found = compare(sample_store, release / name)
    assert found.before
    assert {change for change in found.changes if change.kind in found.before} == set()


def test_a_pathway_is_its_two_files(release: Path, sample_store: Store) -> None:
    members = dict(_members(release))
    pathways = [name for name in members if name.startswith("wp/")]
    assert pathways
    for name in pathways:
        identifier = name.rpartition("/")[2].partition("_")[0]
        pathway, authors = _triples(members[name]), _triples(members[f"authors/{identifier}.ttl"])
        page = ox.NamedNode(f"https://www.wikipathways.org/pathways/{identifier}.html")
        assert {quad.triple for quad in sample_store.quads(page)} <= pathway | authors
        assert pathway.isdisjoint(authors)


def test_a_prefix_means_the_same_everywhere(release: Path) -> None:
    texts = [content for _, content in _members(release)]
    texts += [gzip.decompress(path.read_bytes()) for path in release.glob("*.ttl.gz")]
    texts += [path.read_bytes() for path in release.glob("*.ttl")]
    found = {pair for text in texts for pair in re.findall(rb"^@prefix (\S*) <(\S*)>", text, re.M)}
    assert found
    assert len(found) == len(dict(found))


def test_files_say_nothing_of_the_machine(release: Path) -> None:
    for path in release.glob("*.zip"):
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
        assert {member.date_time for member in members} == {(2026, 11, 20, 0, 0, 0)}
        assert {member.external_attr >> 16 for member in members} == {0o644}
    for path in release.glob("*.ttl.gz"):
        # RFC 1952: the flags (no name) and the time of the header.
        assert path.read_bytes()[3:8] == bytes(5)


def test_figures_are_spread_over_folders() -> None:
    with tempfile.TemporaryDirectory() as folder, Store.from_quads(_figures(3000)) as store:
        write_release(store, f"{folder}/out", DAY)
        names = [name for name, _ in _members(Path(folder) / "out")]
    shards = Counter(name.split("/")[1] for name in names)
    assert sum(shards.values()) == 3000
    # 256 folders: at 100,000 figures 390 in each.
    assert set(shards) <= {f"{number:02x}" for number in range(256)}
    assert max(shards.values()) < 40


def test_a_large_graph_is_written_whole_in_any_order(tmp_path: Path) -> None:
    # More subjects than are sorted at once.
    graph, title = ox.NamedNode(expand("pfocr:linkset")), ox.NamedNode(expand("dcterms:title"))
    quads = [
        ox.Quad(ox.NamedNode(f"https://example.org/{number}"), title, ox.Literal(text), graph)
        for number in range(12_001)
        for text in ("a", "b")
    ]
    for name, ordered in (("one", quads), ("two", quads[::-1])):
        with Store.from_quads(ordered) as store:
            write_release(store, tmp_path / name, DAY)
    one, two = ((tmp_path / name / "graphs.ttl.gz").read_bytes() for name in ("one", "two"))
    assert one == two
    assert _triples(gzip.decompress(one)) == {quad.triple for quad in quads}


def test_a_listener_hears_of_all_stages_to_their_end(seed_store: Store, tmp_path: Path) -> None:
    told: dict[str, tuple[int, int]] = {}

    def listen(stage: str, done: int, total: int) -> None:
        told[stage] = (done, total)

    write_release(seed_store, tmp_path / "out", DAY, listen)
    assert told["writing pages"] == (5, 5)
    assert told["describing"] == (1, 1)
    assert all(done == total for done, total in told.values())


def test_what_would_be_empty_is_not_written(tmp_path: Path) -> None:
    with Store.from_quads([]) as empty:
        written = write_release(empty, tmp_path / "out", DAY)
    names = {file.name for file in written.files}
    assert names == {"pfocr.ttl", "queries.ttl", "wikipathways-rdf-void.ttl"}
    assert names | {"manifest.json"} == {path.name for path in (tmp_path / "out").iterdir()}


def test_queries_are_published_in_the_form_of_sib(release: Path) -> None:
    triples = _triples((release / "queries.ttl").read_bytes())
    store = Store.from_quads(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    rows = store.query(
        """SELECT ?q ?text { ?q a sh:SPARQLExecutable ; sh:select|sh:ask|sh:construct ?text ; sh:prefixes ?p ;
           rdfs:comment ?comment . ?p sh:declare ?d . ?d sh:prefix "wp" }"""
    ).fetch()
    assert {str(row["q"]).rpartition("#query-")[2] for row in rows} == rdfkit.library().keys()
    with Store.from_quads([]) as empty:
        for row in rows:
            assert "{{" not in str(row["text"])
            if not calls_service(str(row["text"])):
                empty.query(str(row["text"]), strict=True)
    others = store.query(
        "SELECT ?q ?other { ?q <https://purl.expasy.org/sparql-examples/ontology#federatesWith> ?other }"
    )
    assert {(str(row["q"]).rpartition("#query-")[2], row["other"]) for row in others} == {
        (query.name, endpoint) for query in rdfkit.library().values() for endpoint in query.endpoints
    }


def test_the_same_store_and_date_give_the_same_bytes(seed_store: Store, tmp_path: Path) -> None:
    first = write_release(seed_store, tmp_path / "one", DAY)
    again = write_release(seed_store, tmp_path / "two", DAY)
    assert first.files == again.files
    assert write_release(seed_store, tmp_path / "two", DAY).files == first.files
    other = write_release(seed_store, tmp_path / "three", datetime.date(2026, 11, 21))
    assert {file.sha256 for file in other.files} != {file.sha256 for file in first.files}


def _export(*arguments: str | Path) -> Done:
    return run_command("export", *arguments)


def test_one_command_goes_from_pages_to_a_release(seed_store: Store, tmp_path: Path) -> None:
    done = _export(SEEDS, "--release", tmp_path / "out", "--date", "2026-11-20")
    assert done.returncode == 0
    stored = write_release(seed_store, tmp_path / "stored", DAY).folder
    for path in stored.iterdir():
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes()
    assert len(list(stored.iterdir())) == len(list((tmp_path / "out").iterdir()))


@pytest.mark.parametrize(
    "text", ["2026-02-30", "20261120", "tomorrow", "", "2026-11-20T10:00", "2026-1-2", "0000-01-01"]
)
def test_a_date_that_is_none(text: str, seed_store: Store, tmp_path: Path) -> None:
    done = _export("--store", seed_store.path, "--release", tmp_path / "out", "--date", text)
    assert done.returncode == 2
    assert done.stderr == f'rdfkit: --date: "{text}" is no date (expected a day such as 2026-11-20)\n'
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["1979-12-31", "2108-01-01"])
def test_a_date_that_no_zip_can_hold(text: str, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"--date: .* no date that a zip can hold"):
        read_date(text)
    with Store.from_quads([]) as store, pytest.raises(ExportError, match="no date that a zip can hold"):
        write_release(store, tmp_path / "out", datetime.date.fromisoformat(text))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["1980-01-01", "2107-12-31"])
def test_a_date_that_a_zip_can_hold(text: str, small_store: Store, tmp_path: Path) -> None:
    write_release(small_store, tmp_path / "out", read_date(text))


@pytest.mark.parametrize("options", [["-o", "graph.ttl"], ["--format", "trig"], ["--per-page"]])
def test_a_release_has_its_own_files(options: list[str], seed_store: Store, tmp_path: Path) -> None:
    done = _export(
        "--store", seed_store.path, "--release", tmp_path / "out", "--date", "2026-11-20", *options
    )
    assert done.returncode == 2
    assert "its own files" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_release_needs_its_date(seed_store: Store, tmp_path: Path) -> None:
    done = _export("--store", seed_store.path, "--release", tmp_path / "out")
    assert done.returncode == 2
    assert "go together" in done.stderr


@pytest.mark.parametrize(
    "others",
    [
        {"thesis.txt": "mine"},
        {"manifest.json": '{"name": "a web page"}'},
        {"manifest.json": '["a.txt"]', "a.txt": ""},
        {"manifest.json": "not JSON"},
        {"manifest.json": '{"files": [{"name": "a.txt"}]}', "a.txt": "", "thesis.txt": "mine"},
    ],
)
def test_a_folder_of_other_things_is_left_alone(
    others: dict[str, str], seed_store: Store, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    for name, text in others.items():
        (tmp_path / "out" / name).write_text(text)
    with pytest.raises(ExportError, match="something else than a release"):
        write_release(seed_store, tmp_path / "out", DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert {path.name: path.read_text() for path in (tmp_path / "out").iterdir()} == others


def test_a_file_is_left_alone(seed_store: Store, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ExportError, match="something else than a release"):
        write_release(seed_store, tmp_path / "out", DAY)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_file_beside_a_release_is_not_thrown_away(small_store: Store, tmp_path: Path) -> None:
    write_release(small_store, tmp_path / "out", DAY)
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(ExportError) as raised:
        write_release(small_store, tmp_path / "out", DAY)
    assert raised.value.value == "notes.txt"
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"


def test_only_one_release_is_written_at_a_time(small_store: Store, tmp_path: Path) -> None:
    def second(stage: str, done: int, total: int) -> None:
        if done == 1:
            with pytest.raises(ExportError, match="another release is being written"):
                write_release(small_store, tmp_path / "out", DAY)

    write_release(small_store, tmp_path / "out", DAY, second)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", [".", "new/../sub", "sub/."])
def test_a_folder_may_be_named_in_any_way(
    name: str, small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    write_release(small_store, name, DAY)
    assert (tmp_path / "here" / ("" if name == "." else "sub") / "manifest.json").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_the_root_is_no_place(seed_store: Store) -> None:
    with pytest.raises(ExportError, match="something else"):
        write_release(seed_store, "/", DAY)


def test_a_folder_that_cannot_be_written(seed_store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="cannot be written"):
        write_release(seed_store, tmp_path / "file" / "out", DAY)
    done = _export("--store", seed_store.path, "--release", "/proc/rdfkit-release", "--date", "2026-11-20")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


@pytest.mark.skipif(not os.path.ismount(MOUNTED), reason="no disk is mounted there")
def test_a_folder_where_a_disk_is_mounted(seed_store: Store) -> None:
    with pytest.raises(ExportError, match="nothing was changed"):
        write_release(seed_store, MOUNTED, DAY)
    assert not list(MOUNTED.parent.glob(".shm.*"))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit to the size of files there")
def test_a_disk_that_is_full_leaves_the_one_before(seed_store: Store, tmp_path: Path) -> None:
    out = write_release(seed_store, tmp_path / "out", DAY).folder
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    # A limit to the size of files, here 20 kB, fails a write as a full disk does.
    # `-B`: compiled modules must not be cut at that size, too.
    command = [sys.executable, "-B", "-m", "rdfkit", "export", "--store", str(seed_store.path)]
    command += ["--release", str(out), "--date", "2027-01-01"]
    limit = "import resource, os, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)); "
    done = subprocess.run(
        [sys.executable, "-c", f"{limit}os.execv(sys.argv[1], sys.argv[1:])", *command],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "out: cannot be written: " in done.stderr
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_release_that_fails_leaves_the_one_before(seed_store: Store, tmp_path: Path) -> None:
    before = write_release(seed_store, tmp_path / "out", DAY).files

    def stop(stage: str, done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_release(seed_store, tmp_path / "out", datetime.date(2027, 1, 1), stop)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["date"] == "2026-11-20"
    assert {file.name for file in before} < {path.name for path in (tmp_path / "out").iterdir()}


KILLED = """
import datetime, os, signal, sys, rdfkit
from rdfkit.publishing.release import release

def stop(*told):
    os.kill(os.getpid(), signal.SIGKILL)

def go_on(*told):
    pass

if sys.argv[3] == "switching":
    rename = release.Path.rename
    release.Path.rename = lambda self, target: stop() if self.name.endswith("partial") else rename(self, target)
with rdfkit.open_store(sys.argv[1]) as store:
    day = datetime.date(2027, 1, 1)
    release.write_release(store, sys.argv[2], day, stop if sys.argv[3] == "writing" else go_on)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="nothing kills like SIGKILL there")
@pytest.mark.parametrize("moment", ["writing", "switching"])
def test_a_release_that_is_killed_leaves_the_one_before(
    moment: str, seed_store: Store, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    write_release(seed_store, out, DAY)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    done = subprocess.run([sys.executable, "-c", KILLED, str(seed_store.path), str(out), moment])
    assert done.returncode == -signal.SIGKILL
    # Killed in the instant between two renames the old one lies beside; the next run begins by putting it back.
    kept = out if out.exists() else tmp_path / ".out.old"
    assert (kept == out) is (moment == "writing")
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == before
    write_release(seed_store, out, DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


@pytest.mark.parametrize(
    ("organism", "folder"), [("NA", "Unknown"), ("../Bos taurus / β", "_Bos_taurus____")]
)
def test_a_pathway_whose_organism_is_unknown(organism: str, folder: str, tmp_path: Path) -> None:
    text = (SEEDS / "WP364.md").read_text()
    assert "\norganisms:\n- Homo sapiens\n" in text
    page = text.replace("\norganisms:\n- Homo sapiens\n", f'\norganisms: "{organism}"\n')
    (tmp_path / "WP364.md").write_text(page)
    rdfkit.build([tmp_path / "WP364.md"], tmp_path / "store", keep_invalid=True)
    with rdfkit.open_store(tmp_path / "store") as store:
        write_release(store, tmp_path / "out", DAY)
    found = {name.split("/")[1] for name, _ in _members(tmp_path / "out") if name.startswith("wp/")}
    assert found == {folder}


def test_a_pathway_without_authors_has_no_file_of_them(tmp_path: Path) -> None:
    text = (SEEDS / "WP364.md").read_text()
    page = re.sub(r"\nauthors:\n(?:- .*\n)+", "\nauthors: []\n", text)
    assert page != text
    (tmp_path / "WP364.md").write_text(page)
    rdfkit.build([tmp_path / "WP364.md"], tmp_path / "store")
    with rdfkit.open_store(tmp_path / "store") as store:
        write_release(store, tmp_path / "out", DAY)
    assert [name for name, _ in _members(tmp_path / "out")] == ["wp/Homo_sapiens/WP364_r142066.ttl"]


def test_names_that_would_leave_the_folder_do_not(tmp_path: Path) -> None:
    page = (SEEDS / "PMC198534__JCI0319974.f1.md").read_text()
    pages = tmp_path / "pages"
    pages.mkdir()
    for index, name in enumerate(("../../etc/passwd", "a b%2Fc", "..", "CON", "x" * 300)):
        text = page.replace("PMC198534__JCI0319974.f1", name)
        (pages / f"{index}.md").write_text(text)
    rdfkit.build([pages], tmp_path / "store", keep_invalid=True)
    with rdfkit.open_store(tmp_path / "store") as store:
        write_release(store, tmp_path / "out", DAY)
    names = [name for name, _ in _members(tmp_path / "out")]
    assert names
    assert all(name.startswith("pfocr/") and name.count("/") == 2 and ".." not in name for name in names)


@given(st.text(max_size=12))
def test_a_date_is_a_day_or_an_error(text: str) -> None:
    try:
        assert read_date(text).isoformat() == text
    except ExportError as error:
        assert error.value == text
