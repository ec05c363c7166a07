"""The store that answers SPARQL: opened from disk as the last build left it, or made of quads in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import pyoxigraph as ox

from rdfkit.errors import QueryError, QueryRefusedError, StoreError
from rdfkit.rdf.identifiers import prefix_map
from rdfkit.sparql import results
from rdfkit.sparql.dataset import Dataset, merge
from rdfkit.sparql.limits import SAFE, Complexity
from rdfkit.sparql.projection import in_order_of_appearance
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.results import Answer
from rdfkit.sparql.syntax_errors import syntax_error
from rdfkit.store.default_graph import has_repeats, merge_graphs, named_quads
from rdfkit.store.failures import reading
from rdfkit.store.layout import DEFAULT_PATH, current_build, read_json
from rdfkit.store.locks import lock_for_reading
from rdfkit.store.protocol import copy_to_rdflib

if TYPE_CHECKING:
    import rdflib

# Each further attempt to open means that one more build was switched in meanwhile.
_ATTEMPTS = 20


class Store:
    """A read-only graph that answers SPARQL: `open_store` from disk, `Store.from_quads` in memory.

    `path` is the folder, None in memory; `metadata` is what was committed with the build: in memory only `merged`,
    whether the graph keeps a merge of its named graphs as its own default graph.
    A context manager: leaving it closes the store.
    """

    def __init__(
        self,
        graph: ox.Store,
        path: Path | None = None,
        metadata: Mapping[str, Any] = MappingProxyType({}),
        reader: BinaryIO | None = None,
    ) -> None:
        self.path = path
        self.metadata = metadata
        self._graph: ox.Store | None = graph
        self._reader = reader

    @classmethod
    def from_quads(cls, quads: Iterable[ox.Quad]) -> Self:
        """A store in memory with these quads."""
        graph = ox.Store()
        graph.extend(quads)
        is_merged = has_repeats(graph)
        if is_merged:
            merge_graphs(graph)
        return cls(graph, metadata={"merged": is_merged})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        """The number of quads."""
        with reading(self.path):
            return named_quads(self.graph, is_merged=self._is_merged)

    @property
    def _is_merged(self) -> bool:
        return bool(self.metadata.get("merged"))

    @property
    def _all(self) -> ox.DefaultGraph | None:
        """Where each triple is found once: in the merge, or else in any graph."""
        return ox.DefaultGraph() if self._is_merged else None

    @property
    def folder(self) -> Path | None:
        """The folder of the build that this store reads, None in memory."""
        return self.path / "builds" / self.metadata["name"] if self.path is not None else None

    def close(self) -> None:
        """Lets go of the files, so that the next build may remove them. A closed store answers nothing."""
        self._graph = None
        if self._reader is not None:
            self._reader.close()

    def query(
        self,
        text: str | QueryText,
        *,
        prefixes: Mapping[str, str] | None = None,
        strict: bool = False,
        limits: Complexity = SAFE,
        dataset: Dataset | None = None,
        base_iri: str | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Answers a SPARQL 1.1 query: `Rows` for SELECT, `Truth` for ASK, `Graph` for CONSTRUCT and DESCRIBE.

        A text that is not SPARQL 1.1 is repaired if `dialect` knows its form, and the answer's `repairs` say how;
        `strict` refuses it.

        The default graph is the merge of all named graphs, unless the query says FROM, or there is a `dataset`, which
        counts for more than FROM. The prefixes of the data model and `prefixes` (prefix → IRI) need no declaration.
        Relative IRIs are resolved against `base_iri`. Nothing is fetched from the network. With a `timeout` in seconds
        a process that can be killed answers, all at once: then Ctrl-C ends it, too.

        Raises QueryRefusedError for SERVICE and for more than `limits` allow, QueryError for what is not SPARQL (with
        line and column), when it fails, and when it takes longer than `timeout`.
        """
        if timeout is not None:
            from rdfkit.store.timed import timed_answer

            chosen: dict[str, Any] = {"prefixes": prefixes, "strict": strict, "limits": limits}
            chosen |= {"dataset": dataset, "base_iri": base_iri}
            return timed_answer(self, QueryText.of(text).text, timeout, chosen)
        query = QueryText.of(text)
        if query.calls_service:
            raise QueryRefusedError(
                "SERVICE is refused: a query of this store opens no network connection", key="service"
            )
        query.refuse(limits)
        known = {**prefix_map(), **(prefixes or {})}
        options = {"prefixes": known, "base_iri": base_iri}
        try:
            return results.answer(self._in_order(query, options, dataset), self)
        except (SyntaxError, QueryError) as error:
            # Whatever comes of the repair, the user knows the text as it was.
            said = syntax_error(error, query, known) if isinstance(error, SyntaxError) else error
            repaired = query.repaired(known)
            if strict or not repaired.repairs:
                raise said from error
        try:
            found = self._in_order(query.standard(known), options, dataset)
            return results.answer(found, self, repaired.repairs)
        except SyntaxError as error:
            raise said from error

    def evaluate(self, text: str | QueryText, *, base_iri: str | None = None) -> Answer:
        """Answers a text that was made here from one that has been checked; repairs nothing.

        Raises QueryError for what is not SPARQL 1.1 and when it fails.
        """
        query, options = QueryText.of(text), {"prefixes": prefix_map(), "base_iri": base_iri}
        try:
            return results.answer(self._run(query, options, None), self)
        except SyntaxError as error:
            raise syntax_error(error, query, prefix_map()) from error

    def _in_order(self, query: QueryText, options: Mapping[str, Any], dataset: Dataset | None) -> Any:  # noqa: ANN401
        """One of Oxigraph's results, with the columns of `SELECT *` in order of appearance."""
        found = self._run(query, options, dataset)
        if not isinstance(found, ox.QuerySolutions):
            return found
        text = in_order_of_appearance(query, [variable.value for variable in found.variables])
        return found if text is None else self._run(QueryText(text), options, dataset)

    def _run(self, query: QueryText, options: Mapping[str, Any], dataset: Dataset | None) -> Any:  # noqa: ANN401
        """One of Oxigraph's results."""
        graph = self.graph
        seen = dataset or query.dataset(options["prefixes"])
        if self._is_merged and seen is not None and len(seen.default_graphs) > 1:
            graph, options = merge(graph, seen), {**options, "default_graph": ox.DefaultGraph()}
        elif seen is not None:
            options = {**options, **seen.options()}
        elif not self._is_merged and not query.says("FROM"):
            options = {**options, "use_default_graph_as_union": True}
        try:
            return graph.query(query.text, **options)
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError(f"the query failed: {error}") from error

    def quads(
        self,
        graph: ox.NamedNode | ox.BlankNode | None = None,
        subject: ox.NamedNode | ox.BlankNode | ox.Triple | None = None,
    ) -> Iterator[ox.Quad]:
        """The quads of one named graph, or of all, in no order that can be relied on; None stands for any subject."""
        opened = self.graph
        with reading(self.path):
            for name in [graph] if graph is not None else opened.named_graphs():
                yield from opened.quads_for_pattern(subject, None, None, name)

    def triples(
        self,
        predicate: ox.NamedNode | None = None,
        subject: ox.NamedNode | None = None,
        value: ox.NamedNode | ox.Literal | None = None,
    ) -> Iterator[ox.Triple]:
        """The triples of all named graphs with this predicate, subject and value, each once, in no order to rely on.

        None stands for any.
        """
        opened = self.graph
        with reading(self.path):
            for quad in opened.quads_for_pattern(subject, predicate, value, self._all):
                yield quad.triple

    def has(
        self,
        subject: ox.NamedNode | None,
        predicate: ox.NamedNode | None,
        value: ox.NamedNode | ox.Literal | None,
        graph: ox.NamedNode | None = None,
    ) -> bool:
        """Whether there is a triple with these terms, in one graph or in any; None stands for any. One index lookup."""
        opened = self.graph
        with reading(self.path):
            found = opened.quads_for_pattern(subject, predicate, value, graph or self._all)
            return next(found, None) is not None

    def has_graph(self, name: ox.NamedNode) -> bool:
        """Whether there is a named graph of this name, be it empty."""
        with reading(self.path):
            return self.graph.contains_named_graph(name)

    def graphs(self) -> Iterator[ox.NamedNode | ox.BlankNode]:
        """The names of the named graphs."""
        found = self.graph.named_graphs()
        with reading(self.path):
            yield from found

    def to_rdflib(self) -> rdflib.Dataset:
        """A copy of all quads as an rdflib dataset whose default graph is the union, as it is here."""
        return copy_to_rdflib(self)

    @property
    def graph(self) -> ox.Store:
        """Oxigraph's own store, to be read alone. Raises StoreError when this one is closed."""
        if self._graph is None:
            raise StoreError("the store is closed", path=str(self.path) if self.path else None)
        return self._graph


def open_store(path: str | Path = DEFAULT_PATH) -> Store:
    """Opens the store at `path` for reading, as the last build left it.

    Later builds do not change what an open store answers. Raises StoreError when there is no store or it
    cannot be read.
    """
    root = Path(path)
    with reading(root):
        for _ in range(_ATTEMPTS):
            name = current_build(root)
            if name is None:
                raise StoreError(
                    f"no store here: run `rdfkit build SOURCES --store {path}` first", path=str(path)
                )
            reader = lock_for_reading(root / "builds" / name)
            if reader is not None:
                # While we lock the build that is current, no build removes it.
                if current_build(root) == name:
                    return _open_build(root, name, reader)
                reader.close()
    raise StoreError("the store is damaged: its current build is missing; build it again", path=str(path))


def open_named_build(root: Path, name: str) -> Store:
    """Opens one build of a store, while another process keeps it from being removed. Raises StoreError."""
    reader = lock_for_reading(root / "builds" / name)
    if reader is None:
        raise StoreError("the build was removed", path=str(root))
    return _open_build(root, name, reader)


def _open_build(root: Path, name: str, reader: BinaryIO) -> Store:
    folder = root / "builds" / name
    try:
        metadata = read_json(folder / "build.json")
        if metadata.get("name") != name or not isinstance(metadata.get("built"), str):
            raise StoreError("the store is damaged: `build.json` describes another build", path=str(root))
        graph = ox.Store.read_only(str(folder / "graph"))
    except BaseException:
        reader.close()
        raise
    return Store(graph, root, MappingProxyType(metadata), reader)
