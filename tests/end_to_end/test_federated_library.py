"""The federated queries of the library, each against endpoints of this machine with data in the public ones' shape.

The data and the rows that each query must give are in `cases/federated`; a person worked the rows out from the data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

import rdfkit
from rdfkit.endpoints.federation import Options
from rdfkit.endpoints.ledger import Ledger
from rdfkit.endpoints.registry import endpoints, find_endpoint
from rdfkit.rdf.identifiers import compress
from rdfkit.sparql.library import bind, find_query, library
from rdfkit.sparql.parser import read_groups
from rdfkit.sparql.results import Rows
from rdfkit.store import Store
from tests.support.federated_endpoints import Endpoints, Nearby, serving_endpoints
from tests.support.paths import CASES, SEEDS

FEDERATED = CASES / "federated"
NAMES = sorted(name for name, query in library().items() if query.is_federated)
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
    name: str, store: Store, asked: Endpoints, options: Options
) -> tuple[list[dict[str, object]], Ledger]:
    answer = Nearby(base=asked.base, options=options).federate(store, bind(find_query(name), {}))
    assert isinstance(answer, Rows)
    assert answer.ledger is not None
    rows = [{key: _shown(value) for key, value in row.items() if value is not None} for row in answer]
    return rows, answer.ledger


def _shown(value: object) -> object:
    if isinstance(value, str):
        return compress(value)
    return value if isinstance(value, int) else float(str(value))


@pytest.mark.parametrize("name", NAMES)
def test_it_gives_the_rows_of_its_case(name: str, store: Store, asked: Endpoints) -> None:
    case = json.loads((FEDERATED / "expected" / f"{name}.json").read_text(encoding="utf-8"))
    rows, ledger = _ask(name, store, asked, Options())
    assert rows == case["rows"]
    assert asked.requests == case["requests"]
    assert ledger.is_complete
    assert {entry.requests for entry in ledger} == {1}


@pytest.mark.parametrize("name", NAMES)
def test_every_clause_is_asked_by_keys(name: str, store: Store, asked: Endpoints) -> None:
    """No clause asks an endpoint for all that it has, and a block of one key is as good as a block of all."""
    case = json.loads((FEDERATED / "expected" / f"{name}.json").read_text(encoding="utf-8"))
    rows, _ = _ask(name, store, asked, Options(block=1, smallest_block=1, requests=1000))
    assert rows == case["rows"]
    assert all(text.count("VALUES") == 1 for _, text in asked.asked)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("uniprot-of-figure-genes", "<http://purl.uniprot.org/geneid/3569>"),
        ("wikidata-drugs-for-pathway-genes", '"3569"'),
        ("wikidata-citations-of-figures", '"198534"'),
        ("wikidata-treatments-of-pathway-diseases", '"DOID:4195"'),
        ("rhea-reactions-of-pathway-metabolites", "<http://purl.obolibrary.org/obo/CHEBI_57912>"),
        ("wikipathways-sharing-genes-with-figure", "<https://identifiers.org/ncbigene/3569>"),
        ("bgee-expression-of-pathway-genes", "<http://rdf.ebi.ac.uk/resource/ensembl/ENSG00000151790>"),
        ("oma-orthologs-of-pathway-proteins", "<http://purl.uniprot.org/uniprot/P48775>"),
        ("mesh-actions-of-figure-chemicals", "<http://id.nlm.nih.gov/mesh/D019821>"),
        ("ubergraph-ancestors-of-pathway-cell-types", "<http://purl.obolibrary.org/obo/CL_0000182>"),
        ("lipidmaps-of-pathway-lipids", "<https://www.lipidmaps.org/rdf/LMST01010001>"),
    ],
)
def test_keys_are_sent_as_the_endpoint_has_them(name: str, key: str, store: Store, asked: Endpoints) -> None:
    _ask(name, store, asked, Options())
    ((_, text),) = asked.asked
    assert key in text


def test_without_the_bridge_uniprot_knows_none_of_our_genes(store: Store, asked: Endpoints) -> None:
    assert _ask("uniprot-of-figure-genes", store, asked, Options(bridge=False))[0] == []


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
    parsed = read_groups(bind(query, {}))
    assert query.endpoints == parsed.endpoints()
    assert all(find_endpoint(iri, endpoints()).name for iri in query.endpoints)
    assert not any(service.is_fixed for service in parsed.services())
