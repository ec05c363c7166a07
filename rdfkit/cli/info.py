"""`rdfkit info`: what a store holds."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rdfkit.cli.opening import open_graph, open_network
from rdfkit.cli.options import DEFAULT_STORE, AtEndpoint, AuditFormat, Registry, StorePath, TextOrJson
from rdfkit.cli.output import as_json
from rdfkit.cli.places import refuse_without_effect
from rdfkit.errors import QueryError

if TYPE_CHECKING:
    from rdfkit.sparql.results import Graph, Rows, Truth
    from rdfkit.store import StoreProtocol

_CLASSES = """
SELECT ?class (COUNT(*) AS ?things) WHERE { ?thing a ?class }
GROUP BY ?class ORDER BY DESC(?things) ?class
"""
_GRAPHS = """
SELECT ?graph (COUNT(*) AS ?quads) WHERE { GRAPH ?graph { ?s ?p ?o } }
GROUP BY ?graph ORDER BY DESC(?quads) ?graph
"""
# So many classes and graphs are shown.
_SHOWN = 20


def info(
    context: typer.Context,
    store: StorePath = DEFAULT_STORE,
    endpoint: AtEndpoint = None,
    registry: Registry = None,
    diagram: Annotated[
        bool, typer.Option("--diagram", help="Draw classes and properties: a Mermaid class diagram.")
    ] = False,
    format: TextOrJson = AuditFormat.TEXT,
) -> None:
    """Say what is in the store: pages, classes, graphs, when it was built and with what."""
    from rdfkit.publishing.diagram import mermaid

    if diagram:
        refuse_without_effect(context, ["format"], "with --diagram")
    with open_graph(store, endpoint, open_network(registry)) as opened:
        if format is AuditFormat.JSON:
            sys.stdout.write(as_json(_described(opened)))
            return
        for part in [mermaid(opened)] if diagram else describe_store(opened):
            sys.stdout.write(part)
            sys.stdout.flush()


def describe_store(store: StoreProtocol) -> Iterator[str]:
    """What is in a store as text: the build, its pages, the classes and the largest graphs.

    Comes in parts, for counting the quads of a large store takes its time.
    """
    from rdfkit.rdf.identifiers import compress

    build = store.metadata
    lines = [f"store       {store.path}"] if store.path else []
    told = ("reconciliation", "pages")
    lines += [f"{key:<11} {_shown(value)}" for key, value in build.items() if key not in told]
    if "reconciliation" in build:
        from rdfkit.store.coverage import Coverage, render

        lines += ["", *render(Coverage.from_json(build["reconciliation"])).splitlines()]
    yield _text(lines)
    for title, text, name, number in (
        ("classes", _CLASSES, "class", "things"),
        ("graphs", _GRAPHS, "graph", "quads"),
    ):
        yield _text(["", title])
        rows = list(_rows(store.query(text)))
        yield _text(f"  {row[number]:>8}  {compress(str(row[name]))}" for row in rows[:_SHOWN])
        if len(rows) > _SHOWN:
            yield f"  … and {len(rows) - _SHOWN:,} more: --format json lists them\n"


def _described(store: StoreProtocol) -> dict[str, Any]:
    """What is in a store, for programs; with all its graphs."""
    build = {"store": str(store.path)} if store.path else {}
    classes = {str(row["class"]): row["things"] for row in _rows(store.query(_CLASSES))}
    graphs = {str(row["graph"]): row["quads"] for row in _rows(store.query(_GRAPHS))}
    return {**build, **store.metadata, "classes": classes, "graphs": graphs}


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


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
