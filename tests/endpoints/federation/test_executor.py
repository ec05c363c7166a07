"""Queries with SERVICE clauses: the same answer as if all data were in one store, with as few requests as can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest

from rdfkit.endpoints.federation import Options, executor, explain, federate
from rdfkit.endpoints.federation.planner import correlated
from rdfkit.endpoints.ledger import Ledger
from rdfkit.endpoints.registry import Endpoint
from rdfkit.endpoints.result_parser import RemoteRows
from rdfkit.errors import EndpointError, FederationError, QueryError, RemoteError
from rdfkit.rdf.identifiers import prefix_map
from rdfkit.sparql.limits import Complexity
from rdfkit.sparql.parser import read_groups
from rdfkit.store import Store
from tests.support.federated_queries import Case, node, random_case

_ANYTHING = Complexity(10**6, 10**6, 10**6, 10**6)
_ENDPOINT = "http://one.example/sparql"


class Stores:
    """Endpoints that are stores in this process: real Oxigraph, without the HTTP that test_client.py tests."""

    def __init__(self, stores: Mapping[str, Store], largest: int | None = None) -> None:
        self.stores = stores
        self.largest = largest
        self.asked: list[str] = []
        self.ledger = Ledger()

    def select(self, endpoint: Endpoint, text: str) -> RemoteRows:
        self.asked.append(text)
        if endpoint.url not in self.stores:
            raise RemoteError.of("connection", endpoint.url, "nobody is there")
        if self.largest is not None and text.count("(<") > self.largest:
            raise RemoteError.of("status", endpoint.url, "too large", 413)
        answer = self.stores[endpoint.url].query(text, limits=_ANYTHING)
        return RemoteRows(
            answer.columns, [tuple(row[name] for name in answer.columns) for row in answer.terms()]
        )


def _find(iri: str) -> Endpoint:
    return Endpoint(name="", title=iri, url=iri)


def _store(triples: Iterable[ox.Triple]) -> Store:
    return Store.from_quads(ox.Quad(*triple, node("graph")) for triple in triples)


def _pairs(count: int) -> tuple[Store, Stores]:
    """So many local things with a key each, and a value for each key at the endpoint."""
    local = _store(ox.Triple(node(f"s{n}"), node("p"), node(f"k{n}")) for n in range(count))
    remote = _store(ox.Triple(node(f"k{n}"), node("q"), ox.Literal(n)) for n in range(count))
    return local, Stores({_ENDPOINT: remote})


def _rows(answer: object, names: list[str]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(str(row.get(name)) for name in names) for row in answer.terms())


def _check(case: Case) -> None:
    if correlated(read_groups(case.query)) is not None:
        with pytest.raises(FederationError, match="in EXISTS"):
            federate(_store(case.local), case.query, Stores({}), _find)
        return
    text, reference = case.reference()
    solutions = reference.query(text)
    names = [variable.value for variable in solutions.variables]
    expected = Counter(tuple(str(row[name]) for name in names) for row in solutions)
    endpoints = {url: _store(triples) for url, triples in case.remote.items()}
    local = _store(case.local)
    bound = federate(local, case.query, Stores(endpoints), _find, options=Options(block=2, smallest_block=1))
    assert _rows(bound, names) == expected, case
    with pytest.MonkeyPatch.context() as patch:
        # Each clause for all that it has.
        patch.setattr(executor, "keys", lambda *_: ())
        unbound = federate(local, case.query, Stores(endpoints), _find)
        assert _rows(unbound, names) == expected, case


_SEEDS = range(2500)
_QUICK, _SOME = 100, 700


@pytest.mark.parametrize("block", range(0, _QUICK, 10))
def test_bound_unbound_and_one_store_give_the_same(block: int) -> None:
    for seed in range(block, block + 10):
        case = random_case(seed)
        if case is not None:
            _check(case)


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(block, marks=pytest.mark.scale if block < _SOME else pytest.mark.thorough)
        for block in range(_QUICK, _SEEDS.stop, 100)
    ],
)
def test_bound_unbound_and_one_store_give_the_same_in_many_cases(block: int) -> None:
    cases = [case for seed in range(block, block + 100) if (case := random_case(seed)) is not None]
    assert len(cases) > 50
    for case in cases:
        _check(case)


_QUERY = f"PREFIX e: <http://example.org/> SELECT * {{ ?s e:p ?k SERVICE <{_ENDPOINT}> {{ ?k e:q ?v }} }}"


@pytest.mark.parametrize(("keys", "requests"), [(0, 0), (1, 1), (50, 1), (51, 2), (1000, 20), (3000, 20)])
def test_so_many_keys_make_so_many_requests(keys: int, requests: int) -> None:
    local, endpoint = _pairs(keys)
    assert len(list(federate(local, _QUERY, endpoint, _find))) == keys
    assert len(endpoint.asked) == requests
    (step,) = explain(local, _QUERY, _find)
    assert (step.keys, step.requests) == (keys, requests)


def test_equal_clauses_are_asked_once() -> None:
    local, endpoint = _pairs(20)
    clause = f"SERVICE <{_ENDPOINT}> {{ ?k e:q ?v }}"
    text = f"PREFIX e: <http://example.org/> SELECT * {{ {{ ?s e:p ?k {clause} }} UNION {{ ?s e:p ?k {clause} }} }}"
    assert len(list(federate(local, text, endpoint, _find))) == 40
    assert len(endpoint.asked) == 1


def test_a_key_that_the_local_side_filters_out_is_not_sent() -> None:
    local, endpoint = _pairs(20)
    text = _QUERY.replace("SERVICE", "FILTER(?k != e:k7) SERVICE")
    assert len(list(federate(local, text, endpoint, _find))) == 19
    assert "k8>" in endpoint.asked[0]
    assert "k7>" not in endpoint.asked[0]


def test_keys_come_from_another_clause() -> None:
    local, endpoint = _pairs(120)
    other = "http://two.example/sparql"
    endpoint.stores = {
        **endpoint.stores,
        other: _store(ox.Triple(node(f"v{n}"), node("r"), ox.Literal(n)) for n in range(500)),
    }
    text = f"{_QUERY[:-2]} SERVICE <{other}> {{ ?w e:r ?v }} }}"
    assert len(list(federate(local, text, endpoint, _find))) == 120
    assert len(endpoint.asked) == 6
    first, second = explain(local, text, _find)
    assert (first.requests, second.requests) == (3, None)
    assert "another SERVICE" in second.reason


def test_blocks_that_are_too_large_are_halved_and_never_sent_again() -> None:
    local, endpoint = _pairs(200)
    endpoint.largest = 20
    assert len(list(federate(local, _QUERY, endpoint, _find))) == 200
    assert len(set(endpoint.asked)) == len(endpoint.asked)


def test_blocks_are_not_halved_for_ever() -> None:
    local, endpoint = _pairs(200)
    endpoint.largest = 2
    with pytest.raises(RemoteError, match="too large"):
        federate(local, _QUERY, endpoint, _find)


def test_a_silent_clause_that_fails_leaves_the_rest() -> None:
    local, _ = _pairs(3)
    nobody = Stores({})
    with pytest.raises(RemoteError, match="nobody"):
        federate(local, _QUERY, nobody, _find)
    rows = list(federate(local, _QUERY.replace("SERVICE", "SERVICE SILENT"), nobody, _find))
    assert len(rows) == 3
    (entry,) = nobody.ledger
    assert (entry.url, entry.complete) == (_ENDPOINT, False)
    assert "nobody is there" in entry.silenced[0]


def test_a_variable_endpoint_is_asked_for_its_own_keys() -> None:
    one, two = "http://one.example/sparql", "http://two.example/sparql"
    local = _store(
        [
            ox.Triple(node("s1"), node("at"), ox.NamedNode(one)),
            ox.Triple(node("s1"), node("p"), node("k1")),
            ox.Triple(node("s2"), node("at"), ox.NamedNode(two)),
            ox.Triple(node("s2"), node("p"), node("k2")),
        ]
    )
    both = _store(ox.Triple(node(f"k{n}"), node("q"), ox.Literal(n)) for n in (1, 2))
    endpoint = Stores({one: both, two: both})
    text = "PREFIX e: <http://example.org/> SELECT ?s ?v ?e { ?s e:at ?e ; e:p ?k SERVICE ?e { ?k e:q ?v } }"
    rows = sorted((row["s"], row["v"]) for row in federate(local, text, endpoint, _find))
    assert rows == [(node("s1").value, 1), (node("s2").value, 2)]
    assert ["k1>" in text for text in endpoint.asked] == [True, False]


def test_a_clause_without_keys_has_a_cap_and_says_so() -> None:
    local, endpoint = _pairs(30)
    text = f"PREFIX e: <http://example.org/> SELECT * {{ SERVICE <{_ENDPOINT}> {{ ?k e:q ?v }} }}"
    assert len(list(federate(local, text, endpoint, _find, options=Options(row_cap=30)))) == 30
    with pytest.raises(FederationError, match="more than 29 rows"):
        federate(local, text, endpoint, _find, options=Options(row_cap=29))


def test_a_blank_node_of_an_endpoint_is_one_thing_within_its_answer() -> None:
    local, _ = _pairs(2)
    blank = ox.BlankNode("b")
    remote = _store(
        [ox.Triple(node(f"k{n}"), node("q"), blank) for n in range(2)]
        + [ox.Triple(blank, node("r"), ox.Literal("it"))]
    )
    text = f"""PREFIX e: <http://example.org/>
      SELECT (COUNT(DISTINCT ?b) AS ?n) {{ ?s e:p ?k SERVICE <{_ENDPOINT}> {{ ?k e:q ?b . ?b e:r ?w }} }}"""
    assert list(federate(local, text, Stores({_ENDPOINT: remote}), _find)) == [{"n": 1}]


def test_a_blank_node_of_ours_is_no_key() -> None:
    local = _store(
        [ox.Triple(node("s"), node("p"), ox.BlankNode("b")), ox.Triple(node("s"), node("p"), node("k0"))]
    )
    endpoint = Stores({_ENDPOINT: _store([ox.Triple(node("k0"), node("q"), ox.Literal(0))])})
    assert len(list(federate(local, _QUERY, endpoint, _find))) == 1
    assert "_:" not in endpoint.asked[0]


def test_keys_of_two_kinds_that_would_both_be_sent_as_one_literal_are_refused() -> None:
    local = _store(
        ox.Triple(node("s"), node("p"), ox.NamedNode(prefix_map()[prefix] + "3569"))
        for prefix in ("ncbigene", "pubmed")
    )
    endpoint = Stores({})

    def find(iri: str) -> Endpoint:
        return Endpoint("", iri, iri, forms={"ncbigene": '"{id}"', "pubmed": '"{id}"'})

    with pytest.raises(EndpointError, match="keys of several kinds"):
        federate(local, _QUERY, endpoint, find)
    assert endpoint.asked == []


def test_an_endpoint_that_may_not_be_asked_is_not() -> None:
    local, endpoint = _pairs(2)

    def refuse(iri: str) -> Endpoint:
        raise FederationError("not allowed", key="service", value=iri)

    for text in (_QUERY, _QUERY.replace("SERVICE", "SERVICE SILENT")):
        with pytest.raises(FederationError, match="not allowed"):
            federate(local, text, endpoint, refuse)
    assert endpoint.asked == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://x/> { ?s ?p ?o }",
        "SELECT * { SERVICE none:x { ?s ?p ?o } }",
        "DESCRIBE <http://x/>",
    ],
)
def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(QueryError):
        federate(_store([]), text, Stores({}), _find)


def test_a_clause_in_a_string_or_a_comment_is_none(tmp_path: Path) -> None:
    local, endpoint = _pairs(1)
    text = f"{_QUERY[:-1]} BIND('SERVICE <http://x/> {{}}' AS ?t) # SERVICE <http://y/> {{}}\n }}"
    (row,) = federate(local, text, endpoint, _find)
    assert row["t"] == "SERVICE <http://x/> {}"
