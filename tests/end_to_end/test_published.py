"""Our graph beside the RDF that WikiPathways publishes: the same things have the same names, and queries join them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox
import pytest

import rdfkit
from rdfkit.endpoints.registry import Endpoint, endpoints, find_endpoint
from rdfkit.endpoints.session import Network
from rdfkit.sparql.library import bind, find_query
from rdfkit.sparql.results import Rows
from rdfkit.store import Store
from tests.support.paths import CASES
from tests.support.serving import Server, serving
from tests.support.stores import new_build

PUBLISHED = CASES / "published"
FILES = sorted(path for path in PUBLISHED.glob("*.ttl") if not path.stem.endswith("-pathway"))
# What a newer release of theirs would have beside these: a pathway that draws some of the same things.
_OTHER = """
@prefix dc: <http://purl.org/dc/elements/1.1/> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix wp: <http://vocabularies.wikipathways.org/wp#> .
<https://identifiers.org/wikipathways/WP9_r9> a wp:Pathway ; dcterms:identifier "WP9" ; dc:title "Other"@en .
<https://identifiers.org/wikidata/Q413822> dcterms:isPartOf <https://identifiers.org/wikipathways/WP9_r9> .
<https://identifiers.org/pubchem.compound/90658938> dcterms:isPartOf <https://identifiers.org/wikipathways/WP9_r9> .
<https://identifiers.org/ec-code/3.4.13.3> dcterms:isPartOf <https://identifiers.org/wikipathways/WP9_r9> .
<http://www.wikidata.org/entity/Q310919> dcterms:isPartOf <https://identifiers.org/wikipathways/WP9_r9> .
"""


@dataclass(frozen=True)
class Served(Network):
    """A network in which a server of this machine stands for WikiPathways' endpoint."""

    address: str = ""

    def find(self, name_or_url: str) -> Endpoint:
        """WikiPathways' endpoint, with all that is known of it but its address."""
        return replace(find_endpoint(name_or_url, self.known()), url=self.address)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("published") / "store"
    done = rdfkit.build([PUBLISHED / "site"], folder)
    assert done.pages == {"pathway": len(FILES)}
    with rdfkit.open_store(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`rdfkit serve` on the published form of the same pathways."""
    folder = tmp_path_factory.mktemp("theirs") / "store"
    graph = ox.NamedNode("http://rdf.wikipathways.org/")
    triples = [triple for file in FILES for triple in ox.parse(path=file)]
    triples += ox.parse(_OTHER, format=ox.RdfFormat.TURTLE)
    with new_build(folder) as stage:
        stage.load(ox.Quad(one.subject, one.predicate, one.object, graph) for one in triples)
        stage.commit({})
    with serving(folder, "workers=1") as running:
        yield running


@pytest.fixture(scope="module")
def ours(store: Store) -> Mapping[tuple[str, str], set[str]]:
    """The values of each property of each subject of our graph."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for quad in store.quads():
        found[str(quad.subject), str(quad.predicate)].add(str(quad.object))
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_property_of_a_node_or_reference_differs(
    file: Path, ours: Mapping[tuple[str, str], set[str]]
) -> None:
    theirs: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in ox.parse(path=file):
        theirs[str(one.subject), str(one.predicate)].add(str(one.object))
    assert theirs
    for (subject, predicate), values in theirs.items():
        found = ours[subject, predicate]
        # A pathway has more types than they need to name it, and a node may stand in several pathways.
        if "identifiers.org/wikipathways/" in subject or predicate.endswith("isPartOf>"):
            found = found & values
        assert found == values, (subject, predicate)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nodes_and_references_are_theirs_and_no_others(
    file: Path, ours: Mapping[tuple[str, str], set[str]]
) -> None:
    parts = [one for one in ox.parse(path=file) if one.predicate.value.endswith("isPartOf")]
    (version,) = {str(one.object) for one in parts}
    found = {
        subject
        for (subject, predicate), values in ours.items()
        if version in values and predicate.endswith("isPartOf>")
    }
    assert found == {str(one.subject) for one in parts}


def test_a_federated_query_joins_nodes_of_ours_with_theirs(store: Store, published: Server) -> None:
    query = bind(find_query("wikipathways-sharing-nodes-with-pathway"), {"pathway": "WP4486"})
    answer = Served(address=f"{published.url}/sparql").federate(store, query)
    assert isinstance(answer, Rows)
    assert [dict(row) for row in answer] == [{"identifier": "WP9", "title": "Other", "shared": 3}]


def test_the_note_of_the_registry_says_so() -> None:
    notes = endpoints()["wikipathways"].notes
    assert "named as ours" in notes
    assert not endpoints()["wikipathways"].forms
