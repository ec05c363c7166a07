"""What any store can do: the one on this disk (`rdfkit.store.Store`), and one behind an endpoint (`RemoteStore`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import pyoxigraph as ox

from rdfkit.rdf.terms import rdflib_term, rdflib_triple
from rdfkit.sparql.dataset import Dataset
from rdfkit.sparql.limits import SAFE, Complexity
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.results import Answer

if TYPE_CHECKING:
    import rdflib


class StoreProtocol(Protocol):
    """A graph that can be read and answers SPARQL. A context manager: leaving it closes the store."""

    @property
    def path(self) -> Path | None:
        """The folder that it is opened from, if it is on this disk."""

    @property
    def folder(self) -> Path | None:
        """Where something may be kept about the build that it reads, None for nowhere."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What is told of the build."""

    def __enter__(self) -> Self:
        """The store."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it."""

    def __len__(self) -> int:
        """The number of quads."""

    def close(self) -> None:
        """Lets go of what it holds. A closed store answers nothing."""

    def query(
        self,
        text: str | QueryText,
        *,
        prefixes: Mapping[str, str] | None = None,
        strict: bool = False,
        limits: Complexity = SAFE,
        dataset: Dataset | None = None,
        base_iri: str | None = None,
    ) -> Answer:
        """Answers a SPARQL 1.1 query: `Rows` for SELECT, `Truth` for ASK, `Graph` for CONSTRUCT and DESCRIBE.

        A text that is not SPARQL 1.1 is repaired if `dialect` knows its form, and the answer's `repairs` say how;
        `strict` refuses it.

        The default graph is the merge of all named graphs, unless the query says FROM, or there is a `dataset`, which
        counts for more than FROM. The prefixes of the data model and `prefixes` (prefix → IRI) need no declaration.
        Relative IRIs are resolved against `base_iri`.

        Raises QueryRefusedError for SERVICE and for more than `limits` allow, QueryError for what is not SPARQL (with
        line and column) and when it fails.
        """

    def evaluate(self, text: str | QueryText, *, base_iri: str | None = None) -> Answer:
        """Answers a text that was made here from one that has been checked; repairs nothing.

        Raises QueryError for what is not SPARQL 1.1 and when it fails.
        """

    def quads(
        self,
        graph: ox.NamedNode | ox.BlankNode | None = None,
        subject: ox.NamedNode | ox.BlankNode | ox.Triple | None = None,
    ) -> Iterator[ox.Quad]:
        """The quads of one named graph, or of all, in no order that can be relied on; None stands for any subject."""

    def triples(
        self,
        predicate: ox.NamedNode | None = None,
        subject: ox.NamedNode | None = None,
        value: ox.NamedNode | ox.Literal | None = None,
    ) -> Iterator[ox.Triple]:
        """The triples of all named graphs with this predicate, subject and value, each once, in no order to rely on.

        None stands for any.
        """

    def has(
        self,
        subject: ox.NamedNode | None,
        predicate: ox.NamedNode | None,
        value: ox.NamedNode | ox.Literal | None,
        graph: ox.NamedNode | None = None,
    ) -> bool:
        """Whether there is a triple with these terms, in one graph or in any; None stands for any."""

    def has_graph(self, name: ox.NamedNode) -> bool:
        """Whether there is a named graph of this name."""

    def graphs(self) -> Iterator[ox.NamedNode | ox.BlankNode]:
        """The names of the named graphs."""

    def to_rdflib(self) -> rdflib.Dataset:
        """A copy of all quads as an rdflib dataset whose default graph is the union, as it is here."""


def copy_to_rdflib(store: StoreProtocol) -> rdflib.Dataset:
    """What `to_rdflib` gives, of any store."""
    import rdflib

    dataset = rdflib.Dataset(default_union=True)
    for name in store.graphs():
        graph = dataset.graph(rdflib_term(name))
        for quad in store.quads(name):
            graph.add(rdflib_triple(quad.triple))
    return dataset
