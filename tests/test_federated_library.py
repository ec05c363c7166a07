"""The federated queries of the library, each against endpoints of this machine with data in the public ones' shape.

The data and the rows that each query must give are in `cases/federated`; the rows were worked out from the data by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from conftest import CASES, SEEDS
from federated_endpoints import Endpoints, serving_endpoints

import rdfkit
from rdfkit.answers import Rows
from rdfkit.endpoints import Endpoint, endpoints, find_endpoint
from rdfkit.federation import Options, federate
from rdfkit.groups import read_groups
from rdfkit.identifiers import compress
from rdfkit.ledger import Ledger
from rdfkit.outgoing import AddressPolicy
from rdfkit.queries import bind, find_query, library
from rdfkit.remote import Remote
from rdfkit.store import Store

FEDERATED = CASES / "federated"
NAMES = sorted(name for name, query in library().items() if query.category == "Federated")
# Endpoints that no registry has, and the fixtures for them.
UNNAMED = {
    "https://idsm.elixir-czech.cz/sparql/endpoint/chebi": "idsm-chebi",
    "https://lipidmaps.org/sparql": "lipidmaps",
    "https://query-scholarly.wikidata.org/sparql": "wikidata-scholarly",
}
_SERVICE = re.compile(r"SERVICE (?:SILENT )?<([^>]+)>")
_SCHEMA = re.compile(r"^# schema: https://\S+$", re.MULTILINE)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The seeds, and a small site with what they lack: metabolites, lipids, chemicals, diseases, types of cells."""
    folder = tmp_path_factory.mktemp("federated") / "store"
    rdfkit.build([SEEDS, FEDERATED / "site"], folder)
    with rdfkit.open_store(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def served() -> Iterator[Endpoints]:
    with serving_endpoints(FEDERATED) as running:
        yield running


@pytest.fixture
def asked(served: Endpoints) -> Endpoints:
    """The endpoints, not asked yet."""
    served.asked.clear()
    return served


def _ask(
    name: str, store: Store, there: Endpoints, ledger: Ledger, **options: object
) -> list[dict[str, object]]:
    def find(iri: str) -> Endpoint:
        known = find_endpoint(iri, endpoints())
        return there.stand_for(known, known.name or UNNAMED[iri])

    with Remote(ledger=ledger, policy=AddressPolicy.for_person([there.base])) as remote:
        text = bind(find_query(name), {})
        answer = federate(store, text, remote, find, options=Options(**options))  # type: ignore[arg-type]
    assert isinstance(answer, Rows)
    return [{key: _shown(value) for key, value in row.items() if value is not None} for row in answer]


def _shown(value: object) -> object:
    if isinstance(value, str):
        return compress(value)
    return value if isinstance(value, int) else float(str(value))


@pytest.mark.parametrize("name", NAMES)
def test_it_gives_the_rows_of_its_case(name: str, store: Store, asked: Endpoints) -> None:
    case = json.loads((FEDERATED / "expected" / f"{name}.json").read_text(encoding="utf-8"))
    ledger = Ledger()
    assert _ask(name, store, asked, ledger) == case["rows"]
    assert asked.requests == case["requests"]
    assert ledger.is_complete
    assert {entry.requests for entry in ledger} == {1}


@pytest.mark.parametrize("name", NAMES)
def test_every_clause_is_asked_by_keys(name: str, store: Store, asked: Endpoints) -> None:
    """No clause asks an endpoint for all that it has, and a block of one key is as good as a block of all."""
    case = json.loads((FEDERATED / "expected" / f"{name}.json").read_text(encoding="utf-8"))
    rows = _ask(name, store, asked, Ledger(), block=1, smallest_block=1, requests=1000)
    assert rows == case["rows"]
    assert all(text.count("VALUES") == 1 for _, text in asked.asked)


def test_there_are_cases_for_all_queries_and_all_data_is_used() -> None:
    expected = {path.stem: path for path in (FEDERATED / "expected").glob("*.json")}
    assert sorted(expected) == NAMES
    assert len(NAMES) >= 16
    used = {name for path in expected.values() for name in json.loads(path.read_text())["requests"]}
    assert used == {path.stem for path in FEDERATED.iterdir() if path.suffix in (".ttl", ".trig")}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_written_as_the_guide_says(name: str) -> None:
    query = find_query(name)
    assert query.path.endswith(f"federated/{name}.rq")
    assert _SCHEMA.search(query.text), "where is the schema of the endpoint published?"
    assert "ORDER BY" in query.text
    assert query.description
    assert all(parameter.default for parameter in query.parameters)
    services = read_groups(bind(query, {})).services()
    assert {service.endpoint[1:-1] for service in services} == set(_SERVICE.findall(query.text))
    assert not any(service.is_fixed for service in services)
