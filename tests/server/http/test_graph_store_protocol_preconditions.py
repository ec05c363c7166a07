"""Conditional requests where an answer has to be there first: RFC 9110, section 13.2."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.support.serving import TOKEN, Answer, Server, bearer

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


def _write(server: Server, method: str, path: str, **conditions: str) -> Answer:
    headers = bearer(TOKEN) | {name.replace("_", "-"): value for name, value in conditions.items()}
    return server.request(
        method, path, {**headers, "Content-Type": "text/turtle"}, "<urn:a> <urn:b> <urn:c> ."
    )


def test_a_graph_is_written_only_where_there_is_none(writable: Server) -> None:
    path = "/graphs/made-once"
    refused = _write(writable, "PUT", path, If_Match="*")
    assert (refused.status, refused.json["type"]) == (412, "urn:rdfkit:problem:precondition")
    assert _write(writable, "PUT", path, If_None_Match="*").status == 201
    assert _write(writable, "PUT", path, If_None_Match="*").status == 412
    assert _write(writable, "POST", path, If_None_Match="*").status == 412
    assert _write(writable, "PUT", path, If_Match="*").status == 204


def test_nothing_is_written_over_what_others_have_changed(writable: Server) -> None:
    path = "/graphs/shared"
    assert _write(writable, "PUT", path).status == 201
    read = writable.get(path).headers
    assert _write(writable, "PUT", path, If_Unmodified_Since=read["last-modified"]).status == 204
    before = "Thu, 01 Jan 1970 00:00:00 GMT"
    for method in ("PUT", "POST", "DELETE"):
        assert _write(writable, method, path, If_Unmodified_Since=before).status == 412
        # Tags are weak, and If-Match compares strongly.
        assert _write(writable, method, path, If_Match=read["etag"]).status == 412
    assert writable.update("CLEAR ALL").status == 204
    assert (
        writable.request(
            "POST",
            "/sparql",
            bearer(TOKEN) | {"Content-Type": "application/sparql-update", "If-Unmodified-Since": before},
            "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        ).status
        == 412
    )
    # What is no date counts for nothing.
    assert _write(writable, "PUT", path, If_Unmodified_Since="today").status == 201
