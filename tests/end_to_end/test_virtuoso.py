"""A real Virtuoso bulk-loads the release without an error and answers the library's queries as our store does."""

from __future__ import annotations

import datetime
import math
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

import rdfkit
from rdfkit.pipeline.linkset import Thresholds
from rdfkit.publishing.release.description import own_descriptions
from rdfkit.publishing.release.release import write_release
from rdfkit.rdf.identifiers import prefix_map
from rdfkit.sparql.library import bind, find_query, library, read_query
from rdfkit.sparql.results import Rows
from rdfkit.store import Store
from tests.support.paths import CASES, SEEDS
from tests.support.virtuoso import CLIENT, SERVER, Virtuoso, virtuoso

pytestmark = pytest.mark.peers

SITE = "http://rdf.wikipathways.org/"
DESCRIPTIONS = "http://rdf.wikipathways.org/void"
LOADED = "http://rdf.wikipathways.org/loaded"
# The release has no named graphs, so what asks for them finds none there.
NAMED_GRAPHS = {"curated-pathways-of-figures", "sources", "who-says"}
COMPARED = sorted(
    name for name, query in library().items() if name not in NAMED_GRAPHS and not query.is_federated
)
PREFIXES = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefix_map().items())

Row = tuple[tuple[str, str], ...]


@pytest.fixture(scope="module")
def built(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("store") / "store"
    there = {path.name for path in (samples / "pfocr").rglob("*.md")}
    figures = [path for path in sorted(SEEDS.glob("PMC*.md")) if path.name not in there]
    rdfkit.build([samples / "wikipathways", samples / "pfocr", *figures], folder, thresholds=Thresholds())
    with rdfkit.open_store(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def store(built: Store) -> Store:
    """The store without what it says of its datasets: a release describes the versions of that day in their place."""
    left_out = own_descriptions(built)
    return Store.from_quads(quad for quad in built.quads() if quad.triple not in left_out)


@pytest.fixture(scope="module")
def server(built: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Virtuoso]:
    if shutil.which(SERVER) is None or shutil.which(CLIENT) is None:
        pytest.skip("Virtuoso is not installed (Debian: virtuoso-opensource-7)")
    folder = tmp_path_factory.mktemp("virtuoso")
    try:
        yield from _loaded(built, folder)
    finally:
        shutil.rmtree(folder)


def _loaded(store: Store, folder: Path) -> Iterator[Virtuoso]:
    release = write_release(store, folder / "release", datetime.date(2026, 11, 20)).folder
    site, descriptions = folder / "site", folder / "descriptions"
    for archive in release.glob("*.zip"):
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(site)
    shutil.copy(release / "graphs.ttl.gz", site)
    descriptions.mkdir()
    for path in release.glob("*.ttl"):
        shutil.copy(path, descriptions)
    with virtuoso(folder / "database", folder) as running:
        assert running.load(site, SITE) == []
        assert running.load(descriptions, DESCRIPTIONS) == []
        assert running.load(_concatenated(release, folder / "import"), LOADED) == []
        yield running


def _concatenated(release: Path, folder: Path) -> Path:
    """A folder with the one file that WikiPathways' loader makes: all zips unpacked, all Turtle one after the other."""
    folder.mkdir()
    script = r"""
        cp "$0"/*.zip "$0"/graphs.ttl.gz . && unzip -q '*.zip' && gunzip graphs.ttl.gz
        find . -name '*.ttl' -exec cat {} \; > WikiPathways.txt
        mkdir data && mv WikiPathways.txt data/WikiPathways.ttl
    """
    subprocess.run(["sh", "-euc", script, str(release)], cwd=folder, check=True)
    return folder / "data"


@pytest.mark.parametrize("graph", [SITE, LOADED])
def test_it_holds_the_same_triples(graph: str, server: Virtuoso, store: Store) -> None:
    (row,) = server.rows(f"SELECT (COUNT(*) AS ?triples) FROM <{graph}> WHERE {{ ?s ?p ?o }}")
    assert row == {"triples": ("integer", str(sum(1 for _ in store.triples())))}


def test_it_finds_the_descriptions(server: Virtuoso) -> None:
    rows = server.rows(
        f"""{PREFIXES} SELECT ?title ?day FROM <{DESCRIPTIONS}> WHERE {{
            ?dataset a void:Dataset ; dcterms:title ?title ; dcterms:license ?license ; pav:createdOn ?day }}"""
    )
    assert {(row["title"][1], row["day"][1]) for row in rows} == {
        ("WikiPathways pages in RDF, 2026-11-20", "2026-11-20"),
        ("PFOCR in RDF, 2026-11-20", "2026-11-20"),
    }


@pytest.mark.parametrize("name", COMPARED)
def test_it_gives_the_same_answer(name: str, server: Virtuoso, store: Store) -> None:
    text = bind(find_query(name), {})
    assert _theirs(server, text) == _ours(store, text)


def test_enough_answers_are_compared(store: Store) -> None:
    assert sum(bool(_ours(store, bind(find_query(name), {}))) for name in COMPARED) >= 25


@pytest.mark.parametrize("path", sorted((CASES / "dialect").glob("*.rq")), ids=lambda path: path.stem)
def test_repairs_mean_what_it_means(path: Path, server: Virtuoso, store: Store) -> None:
    text = bind(read_query(path), {})
    # Virtuoso wants its instructions before the prefixes.
    pragma, text = text.split("\n", 1) if text.startswith("DEFINE") else ("", text)
    theirs = Counter(
        tuple(value for _, value in sorted(row.items()))
        for row in server.rows(f"{pragma}\n{PREFIXES}{text}", SITE)
    )
    ours = store.query(f"{pragma}\n{text}")
    assert isinstance(ours, Rows)
    names = [row.values() for row in ours.terms()]
    found = Counter(tuple(_plain(term) for term in values) for values in names)
    assert _values(theirs) == _values(found)


def _values(rows: Counter[tuple[tuple[str, str], ...]]) -> list[list[str]]:
    """The values of each row without their names: Virtuoso names what has no name in its own way."""
    return sorted([sorted(value for _, value in row) for row in rows.elements()])


def _theirs(server: Virtuoso, text: str) -> Counter[Row]:
    return Counter(_row(row) for row in server.rows(PREFIXES + text, SITE))


def _ours(store: Store, text: str) -> Counter[Row]:
    answer = store.query(text)
    assert isinstance(answer, Rows)
    rows = ({name: _plain(term) for name, term in row.items() if term is not None} for row in answer.terms())
    return Counter(_row(row) for row in rows)


def _row(row: dict[str, tuple[str, str]]) -> Row:
    """A row whose numbers are equal when they have the same value to nine digits."""
    return tuple((name, _number(*value)) for name, value in sorted(row.items()))


def _number(kind: str, value: str) -> str:
    if kind in ("integer", "decimal", "double", "float"):
        number = float(value)
        return f"{number:.9g}" if math.isfinite(number) else value
    return value


def _plain(term: ox.NamedNode | ox.Literal | None) -> tuple[str, str]:
    if isinstance(term, ox.Literal):
        return term.datatype.value.rpartition("#")[2], term.value
    return "iri", term.value if term is not None else ""
