"""A query's text is read once, whoever has to know something of it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rdfkit.cli import query_output
from rdfkit.cli.result_table import Content
from rdfkit.endpoints.client import RemoteLimits
from rdfkit.endpoints.session import Network
from rdfkit.errors import QueryRefusedError
from rdfkit.sparql import tokens
from rdfkit.sparql.limits import SAFE
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.results import Rows
from rdfkit.store import Store

# Nobody answers at this address, and the query does not mind.
NOBODY = "http://127.0.0.1:9/sparql"
# Too long to be known for small without being read.
FEDERATED = f"""
# {"long " * 1000}
SELECT ?pathway ?x {{
  ?pathway a wp:Pathway
  SERVICE SILENT <{NOBODY}> {{ ?pathway a ?x }}
}}
"""
LOOSE = "SELECT ?s count(?nobody) { ?s a wp:Nobody ; wp:nobody ?nobody }"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[Any]]:
    """How often each text is taken apart, by whichever module."""
    found: Counter[Any] = Counter()

    def counting(read: Callable[..., Any]) -> Callable[..., Any]:
        def counted(taken: Any, *others: str) -> Any:
            # The readings go over tokens that somebody has taken a text apart into.
            found[taken] += 1
            return read(taken, *others)

        return counted

    for name in ("tokens", "readings"):
        read = getattr(tokens, name)
        for module in [one for key, one in sys.modules.items() if key.startswith("rdfkit.")]:
            if getattr(module, name, None) is read:
                monkeypatch.setattr(module, name, counting(read))
    yield found


def test_a_federated_query_is_read_once(seed_store: Store, reads: Counter[Any]) -> None:
    network = Network(limits=RemoteLimits(request_seconds=1, query_seconds=2, retries=0))
    query = QueryText(FEDERATED)
    answer = network.federate(seed_store, query)
    assert isinstance(answer, Rows)
    assert answer.fetch()
    assert answer.ledger is not None
    assert not answer.ledger.is_complete
    assert query.calls_service
    query.refuse(SAFE)
    assert reads[FEDERATED] == 1


def test_a_very_long_text_is_refused_before_its_tokens_are_kept() -> None:
    query = QueryText(f"SELECT * {{ {'?s ?p ?o . ' * 10_000} }}")
    with pytest.raises(QueryRefusedError):
        query.refuse(SAFE)
    assert "tokens" not in vars(query)


def test_a_query_that_is_repaired_and_explained_is_read_once(seed_store: Store, reads: Counter[Any]) -> None:
    query = QueryText(LOOSE)
    answer = seed_store.query(query)
    said = query_output.remarks(answer.repairs, Content.NOTHING, query, seed_store)
    assert "repaired: " in said
    assert "empty: wp:Nobody" in said
    assert reads[LOOSE] == 1


def test_a_lookup_is_not_read_at_all(seed_store: Store, reads: Counter[Any]) -> None:
    assert seed_store.query("ASK { ?s a wp:Pathway }")
    assert not reads


@pytest.mark.parametrize(
    ("text", "endpoints"),
    [
        ("SELECT * { ?s ?p ?o }", ()),
        (f"SELECT * {{ SERVICE <{NOBODY}> {{ }} SERVICE ?other {{ }} }}", (NOBODY,)),
        (
            f"SELECT * {{ SERVICE SILENT <{NOBODY}> {{ }} SERVICE <{NOBODY}> {{ }} SERVICE ex:a {{ }} }}",
            (NOBODY,),
        ),
    ],
)
def test_the_endpoints_that_a_query_names(text: str, endpoints: tuple[str, ...]) -> None:
    assert QueryText(text).endpoints == endpoints
    assert QueryText(text).calls_service == bool(endpoints)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("SELECT * { ?s ?p ?o } LIMIT 10", 10),
        ("SELECT * { { SELECT * { ?s ?p ?o } LIMIT 10 } }", None),
        ("SELECT * { { SELECT * { ?s ?p ?o } LIMIT 10 } } limit 7 OFFSET 3", 7),
    ],
)
def test_the_limit_of_a_query(text: str, limit: int | None) -> None:
    assert QueryText(text).limit == limit


def test_a_value_is_taken_as_it_is() -> None:
    query = QueryText("ASK {}")
    assert QueryText.of(query) is query
    assert QueryText.of("ASK {}") == query
