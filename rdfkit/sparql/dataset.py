"""The dataset of a query: the graphs whose merge is its default graph, and those that GRAPH finds.

https://www.w3.org/TR/sparql11-query/#rdfDataset. Oxigraph gives a triple as often as there are default graphs with it;
the merge that the standard asks for has it once. So where graphs may share triples `merge` makes several into one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from rdfkit.errors import QueryError
from rdfkit.rdf.iris import is_iri
from rdfkit.sparql.tokens import Token, TokenKind, declared_prefixes, iri_of


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs that a query sees, as IRIs. As `default-graph-uri` and `named-graph-uri` of the protocol:
    https://www.w3.org/TR/sparql11-protocol/#dataset.
    """

    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    def options(self) -> dict[str, list[ox.NamedNode]]:
        """As Oxigraph takes it. Raises QueryError for what is no IRI."""
        return {"default_graph": _nodes(self.default_graphs), "named_graphs": _nodes(self.named_graphs)}

    def fields(self) -> list[tuple[str, str]]:
        """As the protocol sends it."""
        return [
            *(("default-graph-uri", iri) for iri in self.default_graphs),
            *(("named-graph-uri", iri) for iri in self.named_graphs),
        ]


def merge(graph: ox.Store, dataset: Dataset) -> ox.Store:
    """A store in memory whose default graph is the merge of the dataset's. Raises QueryError for what is no IRI."""
    merged = ox.Store()
    options = dataset.options()
    for name in options["default_graph"]:
        quads = graph.quads_for_pattern(None, None, None, name)
        merged.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    for name in options["named_graphs"]:
        if graph.contains_named_graph(name):
            merged.add_graph(name)
            merged.extend(graph.quads_for_pattern(None, None, None, name))
    return merged


def read_dataset(tokens: Iterable[Token], prefixes: Mapping[str, str]) -> Dataset | None:
    """What the FROM clauses of a query name; None without any, and where an IRI in them is relative.

    `tokens` are its significant tokens; `prefixes` are those that need no declaration.
    """
    found = list(_head(tokens))
    known = {**prefixes, **declared_prefixes(found)}
    default: list[str] = []
    named: list[str] = []
    for number, token in enumerate(found):
        after = found[number + 1 : number + 3]
        if token.is_word("FROM") and after:
            is_named = after[0].text.upper() == "NAMED"
            (named if is_named else default).append(iri_of(after[-1 if is_named else 0], known) or "")
    if not default + named or not all(is_iri(iri) for iri in default + named):
        return None
    return Dataset(tuple(default), tuple(named))


def _head(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens of a query that stand before its group and outside of brackets."""
    depth, before = 0, ""
    for token in tokens:
        if token.kind is TokenKind.MARK:
            # Before the group there may be the template of CONSTRUCT, and groups within expressions of SELECT.
            if token.text == "{" and depth == 0 and before != "CONSTRUCT":
                return
            depth += (token.text in "({") - (token.text in ")}")
        if depth == 0:
            yield token
        before = token.text.upper()


def _nodes(iris: tuple[str, ...]) -> list[ox.NamedNode]:
    try:
        # A graph that is named twice is one graph.
        return [ox.NamedNode(iri) for iri in dict.fromkeys(iris)]
    except ValueError as error:
        raise QueryError(f"a graph is not named by an absolute IRI: {error}") from error
