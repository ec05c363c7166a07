"""The audit of a store: does it hold what its build counted, and what has changed since another release?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from rdfkit.errors import StoreError
from rdfkit.rdf.graphs import PROVENANCE_GRAPH
from rdfkit.rdf.identifiers import compress, expand
from rdfkit.rdf.iris import page_of_part
from rdfkit.sources.rdf_files import read_rdf
from rdfkit.store import StoreProtocol, open_store
from rdfkit.store.coverage import Coverage

_TYPE = expand("rdf:type")
_IDENTIFIER = expand("dcterms:identifier")
_IS_PART_OF = expand("dcterms:isPartOf")
_HAS_TARGET = expand("oa:hasTarget")
_KINDS = {expand("wp:Pathway"): "pathway", expand("doco:Figure"): "figure"}
_KIND = expand("dcterms:type")
# What the provenance graph and the linkset say of a page, which for a figure has the IRI of the figure.
_OF_PAGES = frozenset(map(expand, ("dcterms:type", "prov:wasDerivedFrom", "dcterms:relation")))
_REVISION = re.compile(r"(WP[1-9][0-9]*)_(r[0-9]+)")


class Status(StrEnum):
    """What became of a pathway or figure since another release."""

    APPEARED = "appeared"
    VANISHED = "vanished"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One pathway or figure that is not as it was.

    `before` and `after` are its revisions, of a pathway; `properties` the properties whose statements differ, as
    CURIEs.
    """

    status: Status
    kind: str
    identifier: str
    before: str | None = None
    after: str | None = None
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two releases: how many pathways and figures each has, and the changes, sorted by kind and identifier."""

    before: Mapping[str, int]
    after: Mapping[str, int]
    changes: tuple[Change, ...]

    def of(self, status: Status) -> tuple[Change, ...]:
        """The changes of one kind."""
        return tuple(change for change in self.changes if change.status is status)

    def to_json(self) -> dict[str, Any]:
        """The comparison as JSON values."""
        return {"before": self.before, "after": self.after, "changes": [asdict(c) for c in self.changes]}


@dataclass(frozen=True, slots=True)
class Audit:
    """The account of a build, and for each kind how many pages its store holds now."""

    coverage: Coverage
    pages: Mapping[str, int]

    @property
    def passed(self) -> bool:
        """Whether the account balances and the store holds the pages that it says."""
        said = {kind: account.used for kind, account in self.coverage.pages.items() if account.used}
        return self.coverage.balanced and said == dict(self.pages)

    def to_json(self) -> dict[str, Any]:
        """The audit as JSON values."""
        return {
            "passed": self.passed,
            "reconciliation": self.coverage.to_json(),
            "pages_in_store": self.pages,
        }


def audit(store: StoreProtocol) -> Audit:
    """The audit of a store. Raises StoreError when the store says nothing of how it was built."""
    account = store.metadata.get("reconciliation")
    if account is None:
        raise StoreError(
            "the store does not say how it was built; build it again", path=str(store.path or "")
        )
    held = {graph.value for graph in store.graphs()}
    kinds = Counter(
        quad.object.value
        for quad in store.quads(PROVENANCE_GRAPH)
        if quad.predicate.value == _KIND
        and isinstance(quad.object, ox.Literal)
        and isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value in held
    )
    # Ontologies are graphs, but no pages.
    del kinds["ontology"]
    return Audit(Coverage.from_json(account), dict(sorted(kinds.items())))


def compare(store: StoreProtocol, other: str | Path) -> Comparison:
    """What appeared, vanished or changed in a store since another: a store's folder, or a file or archive of RDF.

    Statements of a pathway are those about it, its version, and what is part of it; of a figure those about it and
    its mentions. Raises StoreError or SourceError when the other cannot be read.
    """
    path = Path(other)
    if path.is_dir():
        with open_store(path) as opened:
            before = _portraits(opened.triples)
    else:
        triples = {quad.triple for quad in read_rdf(path)}
        before = _portraits(lambda: triples)
    return _comparison(before, _portraits(store.triples))


def render_comparison(comparison: Comparison) -> str:
    """The comparison as text: a line for each change, and the counts."""
    lines = []
    for change in comparison.changes:
        revisions = f" {change.before} → {change.after}" if change.before != change.after else ""
        revisions = revisions if change.status is Status.CHANGED else ""
        properties = f": {', '.join(change.properties)}" if change.properties else ""
        lines.append(f"{change.status:<9} {change.kind:<8} {change.identifier}{revisions}{properties}")
    for kind in ("pathway", "figure"):
        before, after = comparison.before.get(kind, 0), comparison.after.get(kind, 0)
        statuses = Counter(change.status for change in comparison.changes if change.kind == kind)
        told = ", ".join(f"{statuses[status]} {status}" for status in Status)
        lines.append(f"{kind}s: {before} before, {after} now; {told}")
    return "\n".join(lines) + "\n"


@dataclass(slots=True)
class _Portrait:
    """A pathway or figure in one release: its revision, and for each property a hash of the set of its statements."""

    revision: str | None
    hashes: dict[str, int]


_Portraits = dict[tuple[str, str], _Portrait]


def _portraits(triples: Callable[[], Iterable[ox.Triple]]) -> _Portraits:
    names = _names(triples())
    found = {
        name: _Portrait(revision[2] if (revision := _REVISION.search(iri)) else None, {})
        for iri, name in names.items()
    }
    for triple in triples():
        name = _owner(triple, names)
        if name is not None:
            hashes = found[name].hashes
            predicate = triple.predicate.value
            # A sum does not depend on the order of the statements.
            hashes[predicate] = hashes.get(predicate, 0) + hash(_REVISION.sub(r"\1", str(triple)))
    return found


def _names(triples: Iterable[ox.Triple]) -> dict[str, tuple[str, str]]:
    """The kind and identifier of each pathway (also without its version) and figure, by IRI."""
    kinds: dict[str, str] = {}
    identifiers: dict[str, str] = {}
    for triple in triples:
        if not isinstance(triple.subject, ox.NamedNode):
            continue
        subject, predicate = triple.subject.value, triple.predicate.value
        if predicate == _TYPE and isinstance(triple.object, ox.NamedNode) and triple.object.value in _KINDS:
            kinds[subject] = _KINDS[triple.object.value]
        elif predicate == _IDENTIFIER and isinstance(triple.object, ox.Literal):
            identifiers[subject] = triple.object.value
    names = {iri: (kind, identifiers.get(iri, iri)) for iri, kind in kinds.items()}
    whole = {_REVISION.sub(r"\1", iri): name for iri, name in names.items()}
    # What a page says of itself belongs to its figure, as do the parts of the page.
    pages = {page_of_part(iri, "figure"): name for iri, name in names.items() if name[0] == "figure"}
    return {**pages, **whole, **names}


def _owner(triple: ox.Triple, names: Mapping[str, tuple[str, str]]) -> tuple[str, str] | None:
    """The pathway or figure that a statement belongs to."""
    if not isinstance(triple.subject, ox.NamedNode):
        return None
    subject = triple.subject.value
    if subject in names and triple.predicate.value in _OF_PAGES:
        return None
    name = names.get(subject) or names.get(subject.partition("#mention-")[0])
    if name is not None:
        return name
    if triple.predicate.value in (_IS_PART_OF, _HAS_TARGET) and isinstance(triple.object, ox.NamedNode):
        return names.get(triple.object.value)
    return None


def _comparison(before: _Portraits, after: _Portraits) -> Comparison:
    changes = [
        Change(Status.APPEARED, *name, after=after[name].revision) for name in after.keys() - before.keys()
    ]
    changes += [
        Change(Status.VANISHED, *name, before=before[name].revision) for name in before.keys() - after.keys()
    ]
    for name in before.keys() & after.keys():
        old, new = before[name], after[name]
        if old != new:
            differing = {p for p in old.hashes | new.hashes if old.hashes.get(p) != new.hashes.get(p)}
            properties = tuple(sorted(map(compress, differing)))
            changes.append(Change(Status.CHANGED, *name, old.revision, new.revision, properties))
    return Comparison(
        before=Counter(kind for kind, _ in before),
        after=Counter(kind for kind, _ in after),
        changes=tuple(sorted(changes, key=lambda change: (change.kind, change.identifier))),
    )
