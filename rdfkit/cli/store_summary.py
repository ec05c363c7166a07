"""What a store holds, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rdfkit.cli.output import as_text
from rdfkit.errors import QueryError
from rdfkit.rdf.identifiers import compress

CLASSES = """
SELECT ?class (COUNT(*) AS ?things) WHERE { ?thing a ?class }
GROUP BY ?class ORDER BY DESC(?things) ?class
"""


GRAPHS = """
SELECT ?graph (COUNT(*) AS ?quads) WHERE { GRAPH ?graph { ?s ?p ?o } }
GROUP BY ?graph ORDER BY DESC(?quads) ?graph LIMIT 20
"""


if TYPE_CHECKING:
    from rdfkit.sparql.results import Graph, Rows, Truth
    from rdfkit.store import StoreProtocol


def describe_store(store: StoreProtocol) -> Iterator[str]:
    """What is in a store as text: the build, its pages, the classes and the largest graphs.

    Comes in parts, for counting the quads of a large store takes its time.
    """
    build = store.metadata
    lines = [f"store      {store.path}"] if store.path else []
    told = ("reconciliation", "pages")
    lines += [f"{key:<10} {_shown(value)}" for key, value in build.items() if key not in told]
    if "reconciliation" in build:
        from rdfkit.store.coverage import Coverage, render

        lines += ["", *render(Coverage.from_json(build["reconciliation"])).splitlines()]
    yield as_text(lines)
    for title, text, name, number in (
        ("classes", CLASSES, "class", "things"),
        ("graphs", GRAPHS, "graph", "quads"),
    ):
        yield as_text(["", title])
        yield as_text(f"  {row[number]:>8}  {compress(str(row[name]))}" for row in _rows(store.query(text)))


def _rows(answer: Rows | Truth | Graph) -> Rows:
    from rdfkit.sparql.results import Rows

    if not isinstance(answer, Rows):
        raise QueryError("not a SELECT query", expected="SELECT")
    return answer


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{count} {name}" for name, count in value.items())
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return str(value)
