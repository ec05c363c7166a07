"""Federated queries with Virtuoso and our own server as the other side, and Comunica asking us."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

import rdfkit
from rdfkit.endpoints.session import Network
from rdfkit.sparql.results import Rows
from rdfkit.store import Store
from tests.end_to_end.test_clients import comunica  # noqa: F401 - a fixture
from tests.support.serving import Server, serving
from tests.support.stores import new_build
from tests.support.virtuoso import CLIENT, SERVER, virtuoso

pytestmark = pytest.mark.peers

# Which other figures show the genes of a figure: that one is here, the others are elsewhere.
_PAGE = "PMC7048131__12964_2020_527_Fig1_HTML"
_HERE = f"<https://pfocr.wikipathways.org/figures/{_PAGE}.html#figure>"
_SHARED = f"""SELECT ?figure (COUNT(DISTINCT ?gene) AS ?shared) WHERE {{
  {_HERE} schema:mentions ?gene .
  %s {{ ?figure schema:mentions ?gene ; dcterms:title ?title }}
}} GROUP BY ?figure"""
_OPTIONAL = f"""SELECT ?gene ?figure ?word WHERE {{
  {_HERE} schema:mentions ?gene .
  OPTIONAL {{
    %s {{ ?mention oa:hasBody ?gene ; pfocr:word ?word ; oa:hasTarget ?figure . ?figure dcterms:title ?title }}
  }}
}}"""
_QUERIES = {"aggregate": _SHARED, "optional": _OPTIONAL}


@pytest.fixture(scope="module")
def parts(seed_store: Store, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The graphs of the seeds in two stores: that of one figure, and all others."""
    folder = tmp_path_factory.mktemp("parts")
    page = ox.NamedNode(_HERE[1:-1].removesuffix("#figure"))
    one = [quad for quad in seed_store.quads() if quad.graph_name == page]
    others = [quad for quad in seed_store.quads() if quad.graph_name != page]
    for name, quads in (("one", one), ("others", others)):
        with new_build(folder / name) as stage:
            stage.load(quads)
            stage.commit({})
    return folder / "one", folder / "others"


@pytest.fixture(scope="module")
def here(parts: tuple[Path, Path]) -> Iterator[Store]:
    with rdfkit.open_store(parts[0]) as opened:
        yield opened


@pytest.fixture(scope="module")
def figures(parts: tuple[Path, Path]) -> Iterator[Server]:
    with serving(parts[1], "workers=2") as running:
        yield running


def _rows(answer: object) -> Counter[frozenset[tuple[str, str]]]:
    assert isinstance(answer, Rows)
    return Counter(
        frozenset((name, str(value)) for name, value in row.items() if value is not None) for row in answer
    )


@pytest.fixture(params=_QUERIES)
def case(
    request: pytest.FixtureRequest, seed_store: Store
) -> tuple[str, Counter[frozenset[tuple[str, str]]]]:
    """A query with a place for the SERVICE, and its answer when all is in one store."""
    text = _QUERIES[request.param]
    in_one_store = (text % "").replace(
        "dcterms:title ?title", f"dcterms:title ?title FILTER(?figure != {_HERE})"
    )
    expected = _rows(seed_store.query(in_one_store))
    assert len(expected) >= 3
    return text, expected


def test_our_own_server(here: Store, figures: Server, case: tuple[str, Counter[object]]) -> None:
    text, expected = case
    answer = Network().federate(here, text % f"SERVICE <{figures.url}/sparql>")
    assert _rows(answer) == expected


def test_virtuoso(
    here: Store,
    parts: tuple[Path, Path],
    case: tuple[str, Counter[object]],
    tmp_path: Path,
) -> None:
    if shutil.which(SERVER) is None or shutil.which(CLIENT) is None:
        pytest.skip("Virtuoso is not installed (Debian: virtuoso-opensource-7)")
    text, expected = case
    data = tmp_path / "data"
    data.mkdir()
    with rdfkit.open_store(parts[1]) as opened:
        (data / "figures.ttl").write_bytes(rdfkit.export_store(opened))
    with virtuoso(tmp_path / "database", data) as running:
        assert running.load(data, "http://figures.example/") == []
        endpoint = f"http://127.0.0.1:{running.http}/sparql"
        answer = Network().federate(here, text % f"SERVICE <{endpoint}>")
        assert _rows(answer) == expected
        assert answer.ledger is not None
        assert answer.ledger.is_complete


def test_comunica_asks_us_and_we_ask_another(
    parts: tuple[Path, Path],
    figures: Server,
    comunica: list[str],  # noqa: F811 - the fixture
    case: tuple[str, Counter[object]],
) -> None:
    text, expected = case
    prefixes = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in _prefixes(text).items())
    with serving(parts[0], "workers=2", services=(f"{figures.url}/sparql",)) as first:
        query = prefixes + text % f"SERVICE <{figures.url}/sparql>"
        command = [*comunica, f"sparql@{first.url}/sparql", query, "-t", "application/sparql-results+json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = Counter(
        frozenset((name, term["value"]) for name, term in row.items())
        for row in json.loads(done.stdout)["results"]["bindings"]
    )
    assert found == expected


def _prefixes(text: str) -> dict[str, str]:
    from rdfkit.rdf.identifiers import prefix_map

    return {prefix: iri for prefix, iri in prefix_map().items() if f"{prefix}:" in text}
