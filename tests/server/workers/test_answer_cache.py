"""Small answers kept in memory: of one build, no more than so many bytes, and right."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rdfkit.server.workers.answer_cache import Answered
from rdfkit.server.workers.reply import Reply
from tests.support.serving import Server

_QUERY = "SELECT ?p { ?p a wp:Pathway } ORDER BY ?p"


def _reply(size: int, build: str = "one") -> Reply:
    return Reply({}, build, b"x" * size)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9_000)), max_size=40))
def test_no_more_bytes_are_kept_than_allowed(asked: list[tuple[int, int]]) -> None:
    answered = Answered(20_000)
    for tag, size in asked:
        answered.keep(str(tag), _reply(size))
        kept = [found for number in range(10) if (found := answered.find(str(number))) is not None]
        assert sum(len(found.body or b"") for found in kept) <= 20_000


def test_what_is_asked_for_stays_and_another_build_clears_all() -> None:
    answered = Answered(10_000)
    for tag in ("a", "b"):
        answered.keep(tag, _reply(2_000))
    assert answered.find("a") is not None
    answered.keep("c", _reply(2_000))
    assert answered.find("b") is None
    assert answered.find("a") is not None
    answered.keep("d", _reply(10, "two"))
    assert [answered.find(tag) is not None for tag in "abcd"] == [False, False, False, True]


def test_nothing_is_kept_where_nothing_may_be() -> None:
    answered = Answered(0)
    answered.keep("a", _reply(0))
    assert answered.find("a") is None


def test_the_same_request_gets_the_same_answer(server: Server) -> None:
    first, again = server.query(_QUERY), server.query(_QUERY)
    assert (again.body, again.headers["etag"]) == (first.body, first.headers["etag"])
    assert len(first.rows) > 0
    other = server.query(_QUERY, accept="text/csv")
    assert other.media_type == "text/csv"
    compressed = server.request(
        "GET",
        "/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D%20LIMIT%20500",
        {"Accept-Encoding": "gzip"},
    )
    assert compressed.headers["content-encoding"] == "gzip"


def test_what_changes_is_not_kept(server: Server) -> None:
    text = "SELECT (RAND() AS ?r) {}"
    assert server.query(text).rows != server.query(text).rows
