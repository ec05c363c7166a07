"""The ledger: what it took to ask other endpoints."""

from __future__ import annotations

import json
import threading

from rdfkit.endpoints.ledger import Ledger
from rdfkit.endpoints.registry import Endpoint

ONE = Endpoint("one", "One", "http://one.example/sparql")
OTHER = Endpoint("", "", "http://other.example/sparql")


def test_each_endpoint_has_one_entry():
    ledger = Ledger()
    assert ledger.entry(ONE) is ledger.entry(ONE)
    assert ledger.entry(ONE) is not ledger.entry(OTHER)
    assert [entry.url for entry in ledger] == [ONE.url, OTHER.url]


def test_a_new_ledger_is_complete_and_says_nothing():
    assert Ledger().is_complete
    assert Ledger().render() == ""
    assert Ledger().to_json() == {"complete": True, "endpoints": []}


def test_a_reason_makes_it_incomplete_and_is_told_once():
    ledger = Ledger()
    ledger.entry(OTHER)
    ledger.entry(ONE).mark_incomplete("10,000 rows: it may have cut")
    ledger.entry(ONE).mark_incomplete("10,000 rows: it may have cut")
    assert not ledger.is_complete
    assert ledger.render().count("it may have cut") == 1
    assert [entry["complete"] for entry in ledger.to_json()["endpoints"]] == [True, False]


def test_a_failure_that_is_passed_over_makes_it_incomplete():
    ledger = Ledger()
    ledger.entry(ONE).silence("no answer within 30 s")
    assert not ledger.is_complete
    assert "passed over (SILENT): no answer within 30 s" in ledger.render()
    assert ledger.to_json()["endpoints"][0]["silenced"] == ["no answer within 30 s"]


def test_what_people_and_programs_read():
    ledger = Ledger()
    entry = ledger.entry(ONE)
    entry.add(requests=1, rows=1, bytes=999, seconds=0.25)
    entry.add(requests=1, rows=1_999, bytes=4_001, seconds=0.25, retries=2, cached=1, replayed=3)
    assert ledger.render() == (
        "one: 2 requests, 2,000 rows, 5.0 kB, 0.5 s, 1 cached, 3 replayed, 2 retries: complete\n"
    )
    assert json.loads(json.dumps(ledger.to_json()))["endpoints"] == [
        {
            "endpoint": "one", "url": ONE.url, "requests": 2, "rows": 2000, "bytes": 5000, "seconds": 0.5, "retries": 2,
            "cached": 1, "replayed": 3, "complete": True, "reasons": [], "silenced": [],
        }
    ]  # fmt: skip


def test_threads_lose_no_count():
    ledger = Ledger()

    def work() -> None:
        for _ in range(2000):
            ledger.entry(ONE).add(requests=1, bytes=3)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (ledger.entry(ONE).requests, ledger.entry(ONE).bytes) == (16_000, 48_000)
