"""The parts of a request: whatever a client says in them has a meaning or is a problem, and nothing else."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rdfkit.errors import NotAcceptableError
from rdfkit.server.http.responses import client_of, is_constant
from rdfkit.server.http.sparql_protocol import check_iri, read_parameters
from rdfkit.server.negotiation import GRAPHS, HTML, ROWS, choose, choose_encoding, prefers
from rdfkit.server.problems import PROBLEMS, Problem
from tests.support.serving import request_of


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_parameters_are_pairs_or_a_problem(text):
    try:
        found = read_parameters(text)
    except Problem as problem:
        assert problem.status == 400
    else:
        for key, _ in found.pairs:
            assert len(found.all(key)) >= 1


@given(st.text(max_size=30) | st.text(max_size=20).map(lambda text: f"http://{text}"))
@example("http://[")
@example("http://a b")
@example("urn:%zz")
@example("relative")
def test_what_passes_as_an_iri_is_one_to_the_engine(text):
    try:
        check_iri(text)
    except Problem as problem:
        assert problem.status == 400
    else:
        ox.NamedNode(text)


ranges = st.lists(
    st.tuples(
        st.sampled_from(
            [*(offer.media_type for offer in (*ROWS, *GRAPHS, HTML)), "*/*", "text/*", "*", "a/", "/", ""]
        ),
        st.sampled_from(
            [
                "",
                ";q=0",
                ";q=0.5",
                ";q=1.0",
                ";q=nan",
                ";q=inf",
                ";q=-1",
                ";q=1_0",
                ";q=",
                ";a=b;Q=0.3",
                ";q=x",
            ]
        ),
    ).map("".join),
    max_size=8,
).map(",".join)


@given(accept=ranges | st.text(max_size=50), format=st.none() | st.text(max_size=10))
def test_a_format_is_offered_or_there_is_none(accept, format):
    for offers in (ROWS, GRAPHS):
        try:
            assert choose(offers, accept, format) in offers
        except NotAcceptableError as error:
            assert error.expected
        prefers(HTML, offers, accept)
    assert choose_encoding(accept) in (None, "gzip", "zstd")


@given(ranges, st.text(max_size=40))
def test_a_problem_is_told_in_any_accepted_way(accept, detail):
    response = Problem(400, "x", "Title", detail, {"line": 1, "column": 2}).response(accept)
    assert response.status_code == 400
    assert response.media_type in {offer.media_type for offer in PROBLEMS} | {
        "text/plain",
        "application/problem+json",
    }


@pytest.mark.parametrize("accept", [None, "", "*/*;q=0", "a" * 100_000, "," * 10_000, "text/csv," * 50_000])
def test_long_and_empty_headers(accept):
    try:
        assert choose(ROWS, accept) in ROWS
    except NotAcceptableError:
        assert accept


@given(st.text(max_size=40))
def test_any_address_of_a_client_is_one(host):
    found = request_of("GET", b"", {}, [])
    found.scope["client"] = (host, 1)
    assert isinstance(client_of(found), str)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8:0:0:1::", "2001:db8::2", True),
        ("2001:db8:0:1::1", "2001:db8::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("::1", "::2", True),
    ],
)
def test_a_network_of_ipv6_is_one_client(one, other, same):
    found = []
    for host in (one, other):
        asked = request_of("GET", b"", {}, [])
        asked.scope["client"] = (host, 1)
        found.append(client_of(asked))
    assert (found[0] == found[1]) is same


def test_queries_that_change_by_themselves_are_known():
    assert is_constant("SELECT * { ?now ?p 1 }") is False  # a wrong "no" costs only a cache
    assert is_constant("SELECT * { BIND(RAND() AS ?x) }") is False
    assert is_constant("SELECT * { ?s ?p ?o }") is True
