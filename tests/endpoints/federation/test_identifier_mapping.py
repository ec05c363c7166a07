"""Identifiers across endpoints: what goes out comes back."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.endpoints.federation.identifier_mapping import Bridge
from rdfkit.endpoints.registry import Endpoint, endpoints
from rdfkit.errors import EndpointError
from rdfkit.rdf.identifiers import expand, local_pattern, prefix_map

ENDPOINTS = [endpoint for endpoint in endpoints().values() if endpoint.forms]
# Nested on both sides, to try what could be mistaken: our obo: has NCBITaxon: in it, theirs has each other in them.
NESTED = Endpoint(
    "nested",
    "Nested",
    "http://example.org/sparql",
    forms={
        "obo": "http://example.org/{id}",
        "NCBITaxon": "http://example.org/taxon_{id}",
        "uniprot": "http://example.org/taxon_{id}_protein",
        "ensembl": "http://example.org/{id}",
        "chebi": "http://purl.obolibrary.org/obo/CHEBI_{id}",
        "pubmed": '"PMID:{id}"',
        "ncbigene": '"{id}"',
    },
)


def iri(compact: str) -> ox.NamedNode:
    return ox.NamedNode(expand(compact))


def bridge(name: str) -> Bridge:
    return Bridge(endpoints()[name])


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("uniprot", "ncbigene:3569", "http://purl.uniprot.org/geneid/3569"),
        ("uniprot", "uniprot:P05231", "http://purl.uniprot.org/uniprot/P05231"),
        ("uniprot", "NCBITaxon:9606", "http://purl.uniprot.org/taxonomy/9606"),
        ("rhea", "chebi:17634", "http://purl.obolibrary.org/obo/CHEBI_17634"),
        ("idsm", "ncbigene:3569", "http://rdf.ncbi.nlm.nih.gov/pubchem/gene/GID3569"),
        ("oma", "ensembl:ENSG00000136244", "http://rdf.ebi.ac.uk/resource/ensembl/ENSG00000136244"),
        ("bgee", "ncbigene:3569", "https://www.ncbi.nlm.nih.gov/gene/3569"),
        ("rdfportal-ncbi", "ncbigene:3569", "http://identifiers.org/ncbigene/3569"),
    ],
)
def test_a_form_of_the_registry_there_and_back(name: str, ours: str, theirs: str):
    assert bridge(name).outward(iri(ours)) == ox.NamedNode(theirs)
    assert bridge(name).inward(ox.NamedNode(theirs)) == iri(ours)


def test_a_literal_form_goes_out_and_stays_on_its_way_back():
    wikidata = bridge("wikidata")
    assert wikidata.outward(iri("ncbigene:3569")) == ox.Literal("3569")
    assert wikidata.outward(iri("DOID:1826")) == ox.Literal("DOID:1826")
    assert wikidata.inward(ox.Literal("3569")) == ox.Literal("3569")


@pytest.mark.parametrize(
    "term",
    [
        ox.Literal("3569"),
        ox.Literal("https://identifiers.org/ncbigene/3569"),
        ox.BlankNode("b"),
        ox.NamedNode("https://identifiers.org/ncbigene/"),
        ox.NamedNode("https://identifiers.org/ncbigene/IL6"),
        ox.NamedNode("https://identifiers.org/uniprot/P05231#part"),
        ox.NamedNode("http://purl.uniprot.org/uniprot/P05231#SIP123"),
        ox.NamedNode("http://example.org/"),
        ox.Triple(iri("ncbigene:1"), iri("ncbigene:2"), iri("ncbigene:3")),
    ],
)
def test_what_has_no_form_stays(term: ox.NamedNode):
    assert bridge("uniprot").outward(term) == term
    assert bridge("uniprot").inward(term) == term


def test_without_forms_there_is_nothing_to_bridge():
    empty = Bridge(Endpoint("", "", "http://example.org/"))
    assert not empty
    assert empty.describe() == ()
    assert empty.outward(iri("ncbigene:1")) == iri("ncbigene:1")


def _locals(prefix: str) -> st.SearchStrategy[str]:
    pattern = local_pattern(prefix)
    free = st.text(
        st.characters(codec="ascii", categories=["L", "N"], include_characters="._-/#"), max_size=12
    )
    return st.one_of(st.from_regex(pattern, fullmatch=True), free) if pattern is not None else free


def _valid(text: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(text)
    except ValueError:
        return None


ours = st.sampled_from(sorted(prefix_map())).flatmap(
    lambda p: _locals(p).map(lambda x: _valid(prefix_map()[p] + x))
)
all_endpoints = st.sampled_from([*ENDPOINTS, NESTED])


@st.composite
def theirs(draw: st.DrawFn) -> tuple[Endpoint, ox.NamedNode | None]:
    endpoint = draw(all_endpoints)
    form = draw(
        st.sampled_from(
            sorted(text for text in endpoint.forms.values() if not text.startswith('"')) or ["urn:x:{id}"]
        )
    )
    local = draw(st.sampled_from(sorted(prefix_map())).flatmap(_locals))
    return endpoint, _valid(form.replace("{id}", local))


@given(all_endpoints, ours)
def test_what_goes_out_changed_comes_back_the_same(endpoint: Endpoint, term: ox.NamedNode | None):
    if term is not None:
        found = Bridge(endpoint)
        sent = found.outward(term)
        assert isinstance(sent, ox.Literal) or sent == term or found.inward(sent) == term
        assert term in found.keys([term]).ours(sent)


@given(theirs())
def test_what_comes_in_changed_goes_out_the_same(case: tuple[Endpoint, ox.NamedNode | None]):
    endpoint, term = case
    if term is not None:
        found = Bridge(endpoint)
        read = found.inward(term)
        assert read == term or found.outward(read) == term


def test_of_nested_namespaces_the_narrower_one_counts():
    nested = Bridge(NESTED)
    assert nested.outward(iri("NCBITaxon:9606")) == ox.NamedNode("http://example.org/taxon_9606")
    assert nested.inward(ox.NamedNode("http://example.org/taxon_9606")) == iri("NCBITaxon:9606")
    theirs = ox.NamedNode("http://example.org/NCBITaxon_9606")
    assert nested.inward(theirs) == theirs, "it would have gone out as a taxon"
    assert nested.outward(iri("obo:taxon_9606")) == iri("obo:taxon_9606"), (
        "it would have come back as a taxon"
    )


# Keys


def test_keys_are_sent_once_and_come_back_as_all_that_they_were():
    obo = ox.NamedNode("http://purl.obolibrary.org/obo/CHEBI_17634")
    keys = bridge("rhea").keys([iri("chebi:17634"), obo, iri("chebi:4167"), iri("chebi:17634")])
    assert keys.sent == (obo, ox.NamedNode("http://purl.obolibrary.org/obo/CHEBI_4167"))
    assert keys.ours(obo) == (iri("chebi:17634"), obo)


def test_a_key_that_went_out_as_a_literal_comes_back_as_the_key():
    keys = bridge("wikidata").keys([iri("ncbigene:3569"), iri("ncbigene:5601")])
    assert keys.sent == (ox.Literal("3569"), ox.Literal("5601"))
    assert keys.ours(ox.Literal("3569")) == (iri("ncbigene:3569"),)
    assert keys.ours(ox.Literal("7")) == (ox.Literal("7"),)


def test_what_was_not_sent_is_read_as_any_other_term():
    keys = bridge("uniprot").keys([iri("ncbigene:3569")])
    assert keys.ours(ox.NamedNode("http://purl.uniprot.org/geneid/1")) == (iri("ncbigene:1"),)


@pytest.mark.parametrize("other", [iri("pubmed:3569"), ox.Literal("3569")])
def test_keys_of_several_kinds_are_not_all_sent_as_literals(other: ox.NamedNode):
    with pytest.raises(EndpointError, match="keys of several kinds"):
        bridge("wikidata").keys([iri("ncbigene:3569"), other])


def test_an_iri_beside_keys_that_are_sent_as_literals_is_sent_as_it_is():
    item = ox.NamedNode("http://www.wikidata.org/entity/Q1")
    assert bridge("wikidata").keys([iri("ncbigene:3569"), item]).sent == (ox.Literal("3569"), item)


def test_the_plan_says_what_becomes_what():
    assert "ncbigene:{id} → <http://purl.uniprot.org/geneid/{id}>" in bridge("uniprot").describe()
    assert 'DOID:{id} → "DOID:{id}"' in bridge("wikidata").describe()
