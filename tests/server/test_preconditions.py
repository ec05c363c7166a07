"""Conditional requests where an answer has to be there first: RFC 9110, section 13.2."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from .serving import Server

_QUERY = "/sparql?query=" + quote("SELECT * { ?pathway a wp:Pathway }")
_FAILING = {
    "/gene/999999999": 404,
    "/sparql?query=nonsense": 400,
    "/sparql?format=png&query=" + quote("ASK {}"): 406,
    "/graphs?graph=" + quote("http://example.org/none", safe=""): 404,
}


def _built(server: Server) -> str:
    return server.get(_QUERY).headers["last-modified"]


@pytest.mark.parametrize("path", _FAILING)
def test_an_error_is_never_unchanged(server: Server, path: str) -> None:
    built = _built(server)
    assert server.get(path, If_None_Match="*").status == _FAILING[path]
    assert server.get(path, If_Modified_Since=built).status == _FAILING[path]


def test_a_later_date_is_as_good_as_that_of_the_build(server: Server) -> None:
    # What RFC 9110 has a recipient compare, section 13.1.3.
    answer = server.get(_QUERY, If_Modified_Since="Fri, 31 Dec 9999 23:59:59 GMT")
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["last-modified"] == _built(server)


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 99 Jan 2099 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -0000",
        "1 2 3 4 5",
        "\u00e9",
        f"Mon, 01 Jan 1970 00:00:00 +{9**30}",
    ],
)
def test_what_is_no_date_counts_for_nothing(server: Server, date: str) -> None:
    assert server.get(_QUERY, If_Modified_Since=date).status == 200


def test_tags_are_compared_weakly(server: Server) -> None:
    tag = server.get(_QUERY).headers["etag"]
    assert tag.startswith("W/")
    assert server.get(_QUERY, If_None_Match=tag.removeprefix("W/")).status == 304
    assert server.get(_QUERY, If_None_Match=f'"a", {tag}').status == 304
    assert server.get(_QUERY, If_None_Match=tag.strip('W/"')).status == 200


def test_an_answer_in_parts_that_is_unchanged_costs_no_worker(server: Server) -> None:
    path = "/graphs?default&format=ntriples"
    built = _built(server)
    assert int(server.get(path).headers.get("content-length", "0")) == 0
    for _ in range(4):
        assert server.get(path, If_Modified_Since=built).status == 304
    assert not [line for line in server.log() if line.get("problem") == "worker-ended"]
    assert server.query("ASK {}").json["boolean"] is True
