"""What workers write: RDF with the prefixes that it needs."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.rdf.identifiers import expand, prefix_map
from rdfkit.server.workers.jobs import used_prefixes
from tests.support.serving import Server

_DECLARED = re.compile(r"^@prefix (\S*): <([^>]*)> \.$", re.MULTILINE)
_NTRIPLES = ox.RdfFormat.N_TRIPLES
_NODES = st.builds(
    lambda namespace, local: ox.NamedNode(namespace + local),
    st.sampled_from([*prefix_map().values(), "http://example.org/"]),
    st.from_regex(r"[A-Za-z0-9_.~-]{0,6}", fullmatch=True),
)
_TERMS = _NODES | st.builds(
    lambda text, datatype: ox.Literal(text, datatype=datatype), st.text("ab ", max_size=3), _NODES
)


@given(st.lists(st.builds(ox.Triple, _NODES, _NODES, _TERMS), max_size=8))
def test_used_prefixes_are_those_of_the_iris(triples: list[ox.Triple]) -> None:
    text = " ".join(map(str, triples))
    assert used_prefixes(triples) == {
        prefix: namespace for prefix, namespace in prefix_map().items() if f"<{namespace}" in text
    }


@pytest.mark.parametrize("path", ["/gene/3569", "/pathway/WP364", "/term/PW:0000516"])
def test_a_short_answer_declares_what_it_uses(server: Server, path: str) -> None:
    answer = server.get(path, accept="text/turtle")
    plain = server.get(path, accept="application/n-triples")
    declared = dict(_DECLARED.findall(answer.text))
    assert 0 < len(declared) < len(prefix_map())
    assert all(f"<{namespace}" in plain.text for namespace in declared.values())
    said = {quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.TURTLE)}
    assert said == {quad.triple for quad in ox.parse(plain.body, format=_NTRIPLES)}


def test_a_long_answer_is_written_before_its_end_is_known(server: Server) -> None:
    answer = server.get("/graphs?default", accept="text/turtle")
    assert dict(_DECLARED.findall(answer.text)) == prefix_map()
    plain = server.get("/graphs?default", accept="application/n-triples")
    read = {quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.TURTLE)}
    assert len(read) == len(plain.text.splitlines()) > 1000


def test_xml_says_what_the_other_formats_say(server: Server) -> None:
    answer = server.get("/pathway/WP364", accept="application/rdf+xml")
    plain = server.get("/pathway/WP364", accept="application/n-triples")
    said = {quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.RDF_XML)}
    assert said == {quad.triple for quad in ox.parse(plain.body, format=_NTRIPLES)}


@pytest.mark.parametrize("path", ["/pathway/WP364", "/pathway/WP364_r142066"])
def test_the_rdf_of_a_pathway_has_what_its_page_shows(server: Server, path: str) -> None:
    answer = server.get(path, accept="application/n-triples")
    said = {(quad.subject, quad.predicate): quad.object for quad in ox.parse(answer.body, format=_NTRIPLES)}
    version = ox.NamedNode(expand("wikipathways:WP364_r142066"))
    assert said[version, ox.NamedNode(expand("dc:title"))].value == "IL6 signaling"
    assert said[version, ox.NamedNode(expand("wp:organism"))] == ox.NamedNode(expand("NCBITaxon:9606"))
    assert ((ox.NamedNode(expand("wikipathways:WP364")), ox.NamedNode(expand("pav:hasVersion"))) in said) == (
        path == "/pathway/WP364"
    )


def test_what_the_data_say_nothing_of(server: Server) -> None:
    for iri in ("http://example.org/none", "ncbigene:0"):
        assert server.get(f"/entity?format=turtle&iri={iri}").status == 404
