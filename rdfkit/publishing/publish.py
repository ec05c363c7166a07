"""Publishes a store: loads its graphs into another SPARQL 1.1 store, and later what has changed.

The target remembers in the graph `PUBLISHED` the hash of each graph. A graph is noted as pending before anything is
done to it, and with its hash once the target counts as many triples in it as were sent. So publishing that broke off is
taken up by publishing again, what has not changed is not sent, and what is gone here goes there.

Beside its graphs the target gets `MERGED`, each triple once, for the default graph of queries (see `publication`).
When few graphs have changed, it is changed by an update that the target runs; else it is sent anew.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from types import MappingProxyType
from typing import TypeVar

import pyoxigraph as ox

from rdfkit.endpoints.publication import (
    HIDDEN,
    MERGED,
    PENDING,
    PUBLISHED,
    Sent,
    build_record,
    forget,
    record,
)
from rdfkit.endpoints.remote_store import RemoteStore
from rdfkit.endpoints.session import Network
from rdfkit.errors import PublishError
from rdfkit.pipeline.progress import Advance, no_progress
from rdfkit.publishing.bulk_loaders import Loader
from rdfkit.publishing.targets import Target
from rdfkit.store import Store, StoreProtocol

# Triples in one request, and graphs between two notes of what is done.
_PIECE = 50_000
_GRAPHS_AT_ONCE = 100
# Graphs whose triples one update takes from the merged graph.
_WITHDRAWN_AT_ONCE = 20
# Beyond so many changed graphs, and this share of all, the merged graph is sent anew.
_FEW, _SHARE = 100, 0.1
_NOTHING = Sent(PENDING, 0)
# What a build says of itself that is long, or about itself alone.
_UNTOLD = ("pages", "name", "endpoint")

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A graph of which the target does not hold as many triples as were sent."""

    graph: str
    sent: int
    held: int


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing did.

    `sent`, `deleted` and `unchanged` count graphs; `triples` are those of all graphs that the target is to hold, and
    `missing` the graphs that it does not hold whole.
    """

    sent: int
    deleted: int
    unchanged: int
    triples: int
    missing: tuple[Shortfall, ...]


def publish(
    store: StoreProtocol,
    target: Target,
    network: Network | None = None,
    *,
    loader: Loader | None = None,
    progress: Advance = no_progress,
) -> Publication:
    """Makes the target hold the graphs of the store, and of those that were published before no others.

    With `loader` the target's own bulk loader takes the graphs. Raises RemoteError when the target fails, PublishError
    for a graph without a name; what was done by then is not done again the next time. Only one may publish to a target
    at a time.
    """
    with RemoteStore(target.endpoint, network or Network()) as asked:
        here = _hashed(store, progress)
        there = asked.recorded()
        merged = there.pop(MERGED.value, _NOTHING)
        same = _unchanged(asked, here, there)
        changed = [name for name in here if name not in same]
        gone = [name for name in there if name not in here]
        anew = merged.digest == PENDING or len(changed) + len(gone) > max(_FEW, _SHARE * len(here))
        transfer = _Transfer(store, target, asked, loader, progress)
        if anew:
            transfer.drop_merged()
        transfer.send(changed, gone, here, frozenset(there), merge=not anew)
        if changed or gone or anew:
            transfer.finish_merged(anew)
            transfer.note_build(store.metadata)
    return Publication(
        sent=len(changed),
        deleted=len(gone),
        unchanged=len(same),
        triples=sum(sent.triples for sent in here.values()),
        missing=tuple(transfer.missing),
    )


def publish_graph(
    triples: Iterable[ox.Triple],
    graph: ox.NamedNode,
    target: Target,
    network: Network | None = None,
    told: Mapping[str, object] = MappingProxyType({}),
) -> Publication:
    """Makes one graph of the target hold these triples and no others; where a store was published, as a graph of it.

    `told` is what this adds to what the build says of itself.

    Raises RemoteError when the target fails.
    """
    store = Store.from_quads(
        ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples
    )
    with RemoteStore(target.endpoint, network or Network()) as asked:
        here = _hashed(store, no_progress)
        there = asked.recorded()
        changed, gone = list(here), [graph.value] if not here else []
        transfer = _Transfer(store, target, asked, None, no_progress)
        is_published = there.get(MERGED.value, _NOTHING).digest != PENDING
        transfer.send(changed, gone, here, frozenset(there), merge=is_published)
        if is_published:
            asked.read_publication()
            transfer.note_build({**asked.metadata, **told})
    triples_sent = sum(sent.triples for sent in here.values())
    return Publication(len(changed), len(gone), 0, triples_sent, tuple(transfer.missing))


def summary(done: Publication) -> str:
    """What publishing did, as text."""
    lines = [
        f"sent       {done.sent} graphs",
        f"deleted    {done.deleted} graphs",
        f"unchanged  {done.unchanged} graphs",
        f"triples    {done.triples}",
        f"missing    {len(done.missing)} graphs" if done.missing else "missing    nothing",
    ]
    lines += [f"  {one.graph}: sent {one.sent}, held {one.held}" for one in done.missing]
    return "".join(f"{line}\n" for line in lines)


def _hashed(store: StoreProtocol, progress: Advance) -> dict[str, Sent]:
    """The graphs of the store that are not empty, by name."""
    names = sorted(_iri(graph) for graph in store.graphs())
    found: dict[str, Sent] = {}
    for number, name in enumerate(names, start=1):
        lines = sorted(_lines(store, name))
        if lines:
            found[name] = Sent(hashlib.sha256(b"".join(lines)).hexdigest(), len(lines))
        progress("comparing", number, len(names))
    return found


def _unchanged(asked: RemoteStore, here: Mapping[str, Sent], there: Mapping[str, Sent]) -> frozenset[str]:
    """The graphs that the target has as they are here, by its notes and by its count."""
    same = [name for name, sent in here.items() if there.get(name) == sent]
    counts = asked.counts(same)
    return frozenset(name for name in same if counts[name] == here[name].triples)


@dataclass(slots=True)
class _Transfer:
    """What is done to a target, from a store. `asked` is the target as it is queried."""

    store: StoreProtocol
    target: Target
    asked: RemoteStore
    loader: Loader | None
    progress: Advance
    missing: list[Shortfall] = field(default_factory=list)

    def send(
        self,
        changed: Sequence[str],
        gone: Sequence[str],
        here: Mapping[str, Sent],
        there: frozenset[str],
        *,
        merge: bool,
    ) -> None:
        """Sends the changed graphs and removes those that are gone, a number of them at a time; `merge` if the merged
        graph is to follow.
        """
        names, done = [*gone, *changed], 0
        size = max(1, len(names)) if self.loader is not None and not merge else _GRAPHS_AT_ONCE
        for batch in _batched(names, size):
            for part in _batched(batch, _GRAPHS_AT_ONCE):
                self._note(dict.fromkeys(part, _NOTHING))
            if merge:
                self._withdraw([name for name in batch if name in there])
            sent = [name for name in batch if name in here]
            self._remove([name for name in batch if name not in here])
            self._replace(sent)
            if merge:
                self._add(MERGED.value, _distinct(self.store, sent))
            self._settle(sent, here)
            done += len(batch)
            self.progress("sending", done, len(names))

    def drop_merged(self) -> None:
        """Removes the merged graph, once it is noted that it is none."""
        self._note({MERGED.value: _NOTHING})
        self.target.delete(MERGED.value)

    def finish_merged(self, anew: bool) -> None:
        """Fills the merged graph, or counts what became of it, and notes that it is whole."""
        there = sum(1 for _ in self.store.triples())
        if not anew and self.asked.counts([MERGED.value])[MERGED.value] != there:
            self.drop_merged()
            anew = True
        if anew:
            self._add(MERGED.value, self._watched(self.store.triples(), there))
        held = self.asked.counts([MERGED.value])[MERGED.value]
        if held != there:
            self.missing.append(Shortfall(MERGED.value, there, held))
        else:
            self._note({MERGED.value: Sent("whole", there)})

    def note_build(self, metadata: Mapping[str, object]) -> None:
        """Notes what the build says of itself, under a name that says that something has changed."""
        told = {name: value for name, value in metadata.items() if name not in _UNTOLD}
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        self.target.run(forget([PUBLISHED.value]))
        self.target.add(PUBLISHED.value, build_record({**told, "name": name}))

    def _note(self, graphs: Mapping[str, Sent]) -> None:
        self.target.run(
            f"{forget(list(graphs))} ;\nINSERT DATA {{ GRAPH {PUBLISHED} {{\n{record(graphs).decode()}}} }}"
        )

    def _withdraw(self, names: Sequence[str]) -> None:
        """Takes from the merged graph the triples that only these graphs have."""
        others = ", ".join(f"<{name}>" for name in (*names, *HIDDEN))
        for part in _batched(names, _WITHDRAWN_AT_ONCE):
            values = " ".join(f"<{name}>" for name in part)
            self.target.run(
                f"DELETE {{ GRAPH {MERGED} {{ ?s ?p ?o }} }} WHERE {{\n"
                f"VALUES ?old {{ {values} }} GRAPH ?old {{ ?s ?p ?o }}\n"
                f"FILTER NOT EXISTS {{ GRAPH ?other {{ ?s ?p ?o }} FILTER(?other NOT IN ({others})) }} }}"
            )

    def _remove(self, names: Sequence[str]) -> None:
        for name in names:
            self.target.delete(name)
        if names:
            self.target.run(forget(names))

    def _replace(self, names: Sequence[str]) -> None:
        """Has the target hold these graphs as they are here."""
        if self.loader is None and self.target.quads_url is None:
            for name in names:
                first, *rest = list(_pieces(_lines(self.store, name)))
                self.target.put(name, first)
                for piece in rest:
                    self.target.add(name, piece)
            return
        for part in _batched(names, _GRAPHS_AT_ONCE):
            self.target.run(" ;\n".join(f"DROP SILENT GRAPH <{name}>" for name in part))
        quads = _pieces(line for name in names for line in _quad_lines(self.store, name))
        if self.loader is not None and names:
            self.loader.load(quads)
        else:
            for piece in quads:
                self.target.add_quads(piece)

    def _add(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        for some in _batched(triples, _PIECE):
            self.target.add(graph, _n_triples(some))

    def _settle(self, names: Sequence[str], here: Mapping[str, Sent]) -> None:
        """Notes the graphs that the target holds whole."""
        counts = self.asked.counts(names)
        whole = {name: here[name] for name in names if counts[name] == here[name].triples}
        for part in _batched(whole, _GRAPHS_AT_ONCE):
            self._note({name: whole[name] for name in part})
        self.missing += [
            Shortfall(name, here[name].triples, counts[name]) for name in names if name not in whole
        ]

    def _watched(self, triples: Iterable[ox.Triple], total: int) -> Iterator[ox.Triple]:
        for number, triple in enumerate(triples, start=1):
            if number % 1000 == 0 or number == total:
                self.progress("merging", number, total)
            yield triple


def _iri(graph: ox.NamedNode | ox.BlankNode) -> str:
    if isinstance(graph, ox.BlankNode):
        raise PublishError("a graph without a name cannot be sent", key=str(graph))
    return graph.value


def _lines(store: StoreProtocol, name: str) -> list[bytes]:
    """The triples of a graph as lines of N-Triples."""
    return _n_triples(quad.triple for quad in store.quads(ox.NamedNode(name))).splitlines(keepends=True)


def _quad_lines(store: StoreProtocol, name: str) -> Iterator[bytes]:
    found = ox.serialize(store.quads(ox.NamedNode(name)), format=ox.RdfFormat.N_QUADS) or b""
    return iter(found.splitlines(keepends=True))


def _distinct(store: StoreProtocol, names: Iterable[str]) -> Iterator[ox.Triple]:
    return iter({quad.triple for name in names for quad in store.quads(ox.NamedNode(name))})


def _n_triples(triples: Iterable[ox.Triple]) -> bytes:
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def _pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines in pieces that fit into a request; one, be it empty, at least."""
    for some in _batched(lines, _PIECE):
        yield b"".join(some)


def _batched(items: Iterable[Item], size: int) -> Iterator[tuple[Item, ...]]:
    """As `itertools.batched`, which Python has from 3.12 on."""
    rest = iter(items)
    while some := tuple(islice(rest, size)):
        yield some
