"""How much a dataset holds: triples, subjects, entities, objects, classes, properties, uses and links to others.

Each counts once, however many graphs of the dataset have it. Counted in a store without a triple that stands twice,
or kept up to date by what a change did.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, TypeVar

import pyoxigraph as ox

from rdfkit.rdf.identifiers import expand
from rdfkit.store.catalogue import linksets_by_predicate
from rdfkit.store.graph_editor import Pattern, Site, is_matched, patterns
from rdfkit.store.partitions import (
    Statement,
    Uses,
    changed_uses,
    dataset_uses,
    own_uses,
)

_TYPE = ox.NamedNode(expand("rdf:type"))
_Key = TypeVar("_Key")
_COUNTERS = ("classes", "properties", "links")


@dataclass(slots=True)
class Counts:
    """The numbers of a dataset: `classes` counts entities by class, `properties` triples, `links` those of linksets by
    their key, `uses` those of each class by property and value.
    """

    subjects: int = 0
    entities: int = 0
    objects: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    properties: Counter[str] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)
    uses: Uses = field(default_factory=Counter)

    @property
    def triples(self) -> int:
        """The number of distinct triples."""
        return sum(self.properties.values())

    def add(self, pattern: Pattern, number: int) -> None:
        """Counts a pattern of `graph_editor.patterns` that matches (1), or no longer does (-1)."""
        subject, predicate, value = pattern
        if predicate is None:
            self.subjects += number if subject is not None else 0
            self.objects += number if value is not None else 0
        elif value is None:
            self.entities += number
        else:
            _add(self.properties, predicate.value, number)
            if isinstance(value, ox.NamedNode):
                if predicate == _TYPE:
                    _add(self.classes, value.value, number)
                if isinstance(subject, ox.NamedNode):
                    for key in links_of(subject.value, predicate.value, value.value):
                        _add(self.links, key, number)

    def add_uses(self, uses: Uses) -> None:
        """Adds to the uses, or takes away what is less than nothing."""
        for use, number in uses.items():
            _add(self.uses, use, number)

    def to_json(self) -> dict[str, Any]:
        """The numbers as JSON values; `from_json` gives them back."""
        counters = {name: dict(sorted(getattr(self, name).items())) for name in _COUNTERS}
        uses = [[*use, number] for use, number in sorted(self.uses.items())]
        numbers = {"subjects": self.subjects, "entities": self.entities, "objects": self.objects}
        return {**numbers, **counters, "uses": uses}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The numbers in the JSON values that `to_json` gives."""
        classes, properties, links = (Counter(data[name]) for name in _COUNTERS)
        uses = Counter({(one, used, value): number for one, used, value, number in data["uses"]})
        return cls(data["subjects"], data["entities"], data["objects"], classes, properties, links, uses)


@dataclass(frozen=True, slots=True)
class PageCounts:
    """The uses and the links in the graphs of a dataset, where they are counted as its pages are converted."""

    uses: Uses
    links: Counter[str]


def count_store(
    store: ox.Store,
    whole: Counts,
    graphs: Iterable[tuple[str, str | None]],
    site: Site,
    counted: Callable[[str], PageCounts | None] = lambda _: None,
) -> dict[str, Counts]:
    """The counts of the datasets in a store that holds the graphs of pages and what they share.

    `whole` is what `count_merged` gives, `graphs` are all its graphs, each with its dataset. The largest dataset is
    what is in the store, without what is in others alone: these are read whole. `counted` gives the uses and links of
    the largest, by its name; without them all its triples are read.
    """
    by_site: dict[str | None, list[str]] = defaultdict(list)
    for graph, name in graphs:
        by_site[name].append(graph)
    largest = max(by_site, key=lambda name: (len(by_site[name]), name or ""), default=None)
    found: dict[str, Counts] = {}
    elsewhere: set[Pattern] = set()
    for name, members in by_site.items():
        if name == largest:
            continue
        own = {
            pattern
            for graph in members
            for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph))
            for pattern in patterns(quad)
        }
        elsewhere |= own
        if name is not None:
            found[name] = Counts()
            for pattern in own:
                found[name].add(pattern, 1)
            found[name].add_uses(own_uses(_statements(own)))
    if largest is None:
        return found
    for pattern in elsewhere:
        if not is_matched(store, pattern, largest, site):
            whole.add(pattern, -1)
    known = counted(largest) or PageCounts(dataset_uses(store, largest, site), _links(store, largest, site))
    whole.uses, whole.links = known.uses, known.links
    return {**found, largest: whole}


def count_changes(
    counts: dict[str, Counts],
    differences: Iterable[tuple[str, Pattern, int]],
    store: ox.Store,
    site: Site,
) -> None:
    """Brings counts up to date with the differences that `Editor` tells; the store is as it is after the change."""
    come: dict[str, list[Pattern]] = defaultdict(list)
    gone: dict[str, list[Pattern]] = defaultdict(list)
    for name, pattern, number in differences:
        counts.setdefault(name, Counts()).add(pattern, number)
        (come if number > 0 else gone)[name].append(pattern)
    for name in come.keys() | gone.keys():
        changed = _statements(come[name]), _statements(gone[name])
        counts[name].add_uses(changed_uses(store, name, site, *changed))


def count_merged(store: ox.Store) -> Counts:
    """The counts of all graphs together, without uses and links."""
    numbers = partial(_numbers, store)
    with ThreadPoolExecutor() as pool:
        subjects = pool.submit(numbers, "(COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }")
        objects = pool.submit(numbers, "(COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }")
        entities = pool.submit(numbers, f"(COUNT(DISTINCT ?s) AS ?n) {{ ?s {_TYPE} ?o }}")
        properties = pool.submit(numbers, "?k (COUNT(*) AS ?n) { ?s ?k ?o } GROUP BY ?k")
        classes = pool.submit(
            numbers, f"?k (COUNT(*) AS ?n) {{ ?s {_TYPE} ?k FILTER(ISIRI(?k)) }} GROUP BY ?k"
        )
    found = Counts(subjects.result()[""], entities.result()[""], objects.result()[""])
    found.properties.update(properties.result())
    found.classes.update(classes.result())
    return found


def links_of(subject: str, predicate: str, value: str) -> Iterator[str]:
    """The keys of the linksets that have this triple of IRIs."""
    for one in linksets_by_predicate().get(predicate, ()):
        if one.has(subject, value):
            yield one.key


def _links(store: ox.Store, dataset: str, site: Site) -> Counter[str]:
    """The links in the graphs of a dataset by the keys of their linksets."""
    found: Counter[str] = Counter()
    for predicate in linksets_by_predicate():
        for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), None, None):
            ends = quad.subject, quad.object, quad.graph_name
            subject, value, graph = (one.value if isinstance(one, ox.NamedNode) else "" for one in ends)
            if site(graph) == dataset and subject and value:
                found.update(links_of(subject, predicate, value))
    return found


def _numbers(store: ox.Store, query: str) -> dict[str, int]:
    """The number ?n for each ?k; for "" where there is none."""
    rows: Any = store.query(f"SELECT {query}", use_default_graph_as_union=True)
    grouped = "?k" in query
    return {row["k"].value if grouped else "": int(row["n"].value) for row in rows}


def _add(counter: Counter[_Key], key: _Key, number: int) -> None:
    """Adds to a counter; what comes to nothing is left out, as if it had never been there."""
    if counter[key] + number:
        counter[key] += number
    else:
        del counter[key]


def _statements(found: Iterable[Pattern]) -> list[Statement]:
    """The patterns that are triples."""
    return [
        (subject, predicate, value)
        for subject, predicate, value in found
        if subject is not None and predicate is not None and value is not None
    ]
