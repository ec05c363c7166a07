"""How long the queries of the library take on a store: python benchmarks/queries.py STORE [NAME...] [--seconds N]

Runs every query that asks no other endpoint, or those that are named. Each runs in a process of its own, which is ended
after a minute (or N seconds), and each with its parameters as the store makes them hardest: the gene, the chemical and
the word in most figures, the pathway with most data nodes. Prints a table in Markdown, the slowest first: what a query
takes the first time in a process that has just opened the store, the median of three further times, and the median of
their processor time, which says more on a busy machine. All rows are read.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection

import rdfkit
from rdfkit.sparql.library import LibraryQuery, bind, find_query, library
from rdfkit.sparql.results import Rows

TIMES, SECONDS = 3, 60.0
# Parameter → what finds the value that most of the store has to do with.
HARDEST = {
    "gene": "SELECT ?x { ?figure schema:mentions ?g . ?g schema:taxonomicRange NCBITaxon:9606 ; rdfs:label ?x }",
    "entrez": "SELECT (REPLACE(STR(?g), '.*/', '') AS ?x) { ?node wp:bdbEntrezGene ?g ; dcterms:isPartOf ?version }",
    "mesh": "SELECT (STRAFTER(STR(?b), STR(mesh:)) AS ?x) { ?b a schema:MolecularEntity . ?m oa:hasBody ?b }",
    "word": "SELECT ?x { ?mention pfocr:word ?x }",
    "pathway": "SELECT ?x { ?node dcterms:isPartOf ?v ; a wp:DataNode . ?v dcterms:identifier ?x }",
    "figure": "SELECT ?x { ?m oa:hasTarget ?f . ?f dcterms:identifier ?x }",
    "article": "SELECT ?x { ?figure a doco:Figure ; dcterms:isPartOf ?x }",
    "term": "SELECT ?x { ?below rdfs:subClassOf+ ?x . ?version wp:ontologyTag ?below }",
    "label": "SELECT ?x { ?below rdfs:subClassOf+ ?term . ?version wp:ontologyTag ?below . ?term rdfs:label ?x }",
    "author": "SELECT (REPLACE(STR(?a), '.*/', '') AS ?x) { ?pathway dc:creator ?a }",
    "community": "SELECT (STRAFTER(STR(?t), STR(cur:)) AS ?x)"
    " { ?v wp:ontologyTag ?t . FILTER(STRSTARTS(STR(?t), STR(cur:))) }",
    "pubmed": "SELECT (REPLACE(STR(?r), '.*/', '') AS ?x) { ?v cito:cites ?r }",
    "subject": "SELECT ?x { GRAPH ?page { ?x a schema:Gene } }",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What one query took, in seconds: the first time, and then; None for what did not end in time."""

    name: str
    parameters: Mapping[str, str]
    rows: int | None
    first: float | None
    median: float | None
    processor: float | None


def hardest(path: str) -> dict[str, str]:
    """The values of parameters that occur most often in a store."""
    found = {}
    with rdfkit.open_store(path) as store:
        for name, text in HARDEST.items():
            answer = store.query(
                f"SELECT ?x {{ {{ {text} }} }} GROUP BY ?x ORDER BY DESC(COUNT(*)) ?x LIMIT 1"
            )
            for row in answer if isinstance(answer, Rows) else ():
                found[name] = str(row["x"])
    return found


def measure(path: str, query: LibraryQuery, values: Mapping[str, str], limit: float) -> Measured:
    """Runs one query in a process of its own."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=_run, args=(path, bind(query, values), sender)
    )
    process.start()
    sender.close()
    try:
        taken = list(_received(receiver, limit))
    finally:
        process.kill()
        process.join()
    ended = len(taken) > TIMES
    return Measured(
        name=query.name,
        parameters=values,
        rows=taken[0][0] if taken else None,
        first=taken[0][1] if taken else None,
        median=statistics.median(one[1] for one in taken[1:]) if ended else None,
        processor=statistics.median(one[2] for one in taken[1:]) if ended else None,
    )


def _received(receiver: Connection, limit: float) -> Iterator[tuple[int, float, float]]:
    """What the process sends, as long as it keeps to the time."""
    try:
        for _ in range(1 + TIMES):
            if not receiver.poll(limit):
                return
            yield receiver.recv()
    except EOFError:
        return


def _run(path: str, text: str, sender: Connection) -> None:
    with rdfkit.open_store(path) as store:
        for _ in range(1 + TIMES):
            started, worked = time.perf_counter(), time.process_time()
            answer = store.query(text)
            rows = sum(1 for _ in answer.terms()) if isinstance(answer, Rows) else 0
            sender.send((rows, time.perf_counter() - started, time.process_time() - worked))


def table(found: list[Measured], limit: float) -> str:
    """The numbers in Markdown, the slowest first."""
    lines = ["| query | parameters | rows | first | median | processor |", "|---|---|---|---|---|---|"]
    for one in sorted(found, key=lambda one: -(one.median or one.first or limit)):
        values = ", ".join(f"{name}={value}" for name, value in one.parameters.items())
        rows = "" if one.rows is None else f"{one.rows:,}"
        times = " | ".join(_seconds(value, limit) for value in (one.first, one.median, one.processor))
        lines.append(f"| {one.name} | {values} | {rows} | {times} |")
    slow = sum((one.median or limit) > 1 for one in found)
    return "\n".join([*lines, "", f"{len(found)} queries, {slow} of them over 1 s."])


def _seconds(value: float | None, limit: float) -> str:
    return f"over {limit:g} s" if value is None else f"{value:.3f} s"


def main() -> None:
    """Measures all of them and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("store")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args()
    known = hardest(options.store)
    chosen = [find_query(name) for name in options.names] or [
        query for query in library().values() if not query.is_federated
    ]
    found = []
    for query in chosen:
        values = {one.name: known[one.name] for one in query.parameters if one.name in known}
        sys.stderr.write(f"{query.name}\n")
        found.append(measure(options.store, query, values, options.seconds))
    sys.stdout.write(f"{table(found, options.seconds)}\n")


if __name__ == "__main__":
    main()
