"""What a SERVICE clause is asked by. That nothing is lost by it is tested in test_executor.py."""

from __future__ import annotations

import tomllib
from typing import Any

import pyoxigraph as ox
import pytest

from rdfkit.endpoints.federation.clauses import unbound_query
from rdfkit.endpoints.federation.planner import key_query, keys, replaced
from rdfkit.errors import QueryError
from rdfkit.sparql.limits import SAFE
from rdfkit.sparql.parser import read_groups
from tests.support.paths import CASES

_CASES = tomllib.loads((CASES / "planning.toml").read_text(encoding="utf-8"))["case"]
_PREFIX = "PREFIX e: <http://example.org/>\n"


@pytest.mark.parametrize("case", _CASES, ids=[case["name"] for case in _CASES])
def test_keys_and_where_they_come_from(case: dict[str, Any]) -> None:
    query = read_groups(_PREFIX + case["query"].replace("<x>", "<http://x/>").replace("<y>", "<http://y/>"))
    services = query.services()
    assert [list(keys(query, service, {})) for service in services] == case["keys"]
    names = keys(query, services[0], {})
    if names:
        text = key_query(query, services[0], {}, names)
        # It is SPARQL, and asks no endpoint.
        ox.Store().query(text)
        assert "SERVICE" not in text
        assert all(part in text for part in case.get("with", ()))
        assert not any(part in text for part in case.get("without", ()))


def test_a_known_clause_gives_keys_to_another() -> None:
    query = read_groups(
        "SELECT * { ?s <http://p> ?k SERVICE <http://x/> { ?k ?q ?v } SERVICE <http://y/> { ?v ?r ?w } }"
    )
    first, second = query.services()
    known = {first: "{ VALUES (?k ?v) { (1 2) } }"}
    assert keys(query, second, known) == ("v",)
    assert "VALUES (?k ?v) { (1 2) }" in key_query(query, second, known, ("v",))
    assert replaced(query, known).count("SERVICE") == 1


def test_a_service_within_a_service_is_for_that_endpoint() -> None:
    query = read_groups("SELECT * { SERVICE <http://x/> { ?a ?b ?c SERVICE <http://y/> { ?c ?d ?e } } }")
    assert [service.endpoint for service in query.services()] == ["<http://x/>"]


@pytest.mark.parametrize("text", ["SELECT * {", "SELECT * { SERVICE { ?s ?p ?o } }", "", "SELECT * { ?s ?p"])
def test_what_is_not_sparql_is_said_with_its_place(text: str) -> None:
    with pytest.raises(QueryError, match="not valid SPARQL"):
        read_groups(text)


def test_the_place_of_a_mistake_is_that_in_the_text_with_service() -> None:
    with pytest.raises(QueryError, match="not valid SPARQL") as caught:
        read_groups("SELECT * {\n SERVICE SILENT <http://x/> { ?s ?p ?o ) }\n}")
    assert str(caught.value).startswith("2:40: ")


def test_less_than_is_no_iri_in_an_expression() -> None:
    query = read_groups("SELECT * { ?a <p> ?b FILTER(?a<?b&&?c>?d) ?c <q> ?d }")
    assert [sorted(element.mentioned) for element in query.where.elements] == [
        ["a", "b"],
        ["a", "b", "c", "d"],
        ["c", "d"],
    ]


def test_a_prefix_behind_less_than_is_declared_for_the_endpoint() -> None:
    body = "{ ?a <http://p> ?c FILTER(?a<e:b&&?c>?a) }"
    query = read_groups(f"PREFIX e: <http://e/> SELECT * {{ SERVICE <http://x/> {body} }}")
    sent = unbound_query(query, query.services()[0], 7)
    assert sent == f"PREFIX e: <http://e/>\nSELECT ?a ?c WHERE {{ {body} }} LIMIT 7"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?a ?b ?c LATERAL { ?c ?d ?e } }",
        "SELECT * { << ?a ?b ?c >> ?d ?e }",
        "SELECT * { ?a ?b ?c {| ?d ?e |} }",
    ],
)
def test_what_sparql_11_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(QueryError, match="not valid SPARQL"):
        read_groups(text)


def test_a_rule_that_virtuoso_does_not_have_is_for_the_endpoint() -> None:
    """Without GROUP BY it groups by the variables beside the aggregate."""
    (service,) = read_groups(
        "SELECT * { ?s <p> ?k SERVICE <http://x/> { SELECT ?k (COUNT(?v) AS ?n) { ?k <q> ?v } } }"
    ).services()
    assert (service.is_fixed, service.variables) == (True, {"k", "n"})


def test_groups_may_stand_as_deep_as_the_limits_allow() -> None:
    deep = SAFE.nesting - 1
    assert read_groups(f"SELECT * {{ {'OPTIONAL { ?a ?b ?c . ' * deep}{'}' * deep} }}").where.variables
