"""How much a dataset holds: triples, subjects, entities, objects, classes, properties and links to others.

Each counts once, however many graphs of the dataset have it. Counted in a store by its merged default graph, or kept up
to date by what a change did.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Self

import pyoxigraph as ox

from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.identifiers import expand
from rdfkit.store.graph_editor import Pattern, Site, is_matched, patterns

_TYPE = ox.NamedNode(expand("rdf:type"))
_COUNTERS = ("classes", "properties", "links")


@dataclass(slots=True)
class Counts:
    """The numbers of a dataset: `classes` counts entities by class, `properties` triples, `links` those of linksets."""

    subjects: int = 0
    entities: int = 0
    objects: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    properties: Counter[str] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)

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
                for name, (wanted, start) in _linksets().items():
                    if predicate.value == wanted and value.value.startswith(start):
                        _add(self.links, name, number)

    def to_json(self) -> dict[str, Any]:
        """The numbers as JSON values; `from_json` gives them back."""
        counters = {name: dict(sorted(getattr(self, name).items())) for name in _COUNTERS}
        return {"subjects": self.subjects, "entities": self.entities, "objects": self.objects, **counters}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The numbers in the JSON values that `to_json` gives."""
        counters = (Counter(data[name]) for name in _COUNTERS)
        return cls(data["subjects"], data["entities"], data["objects"], *counters)


def count_store(
    store: ox.Store, whole: Counts, graphs: Iterable[tuple[str, str | None]], site: Site
) -> dict[str, Counts]:
    """The counts of the datasets in a store that holds the graphs of pages alone, and their merged default graph.

    `whole` is what `count_merged` gives, `graphs` are all its graphs, each with its dataset. The largest dataset is
    what is in the merged graph, without what is in others alone: these are read whole.
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
    for pattern in elsewhere:
        if not is_matched(store, pattern, largest, site):
            whole.add(pattern, -1)
    return {**found, largest: whole} if largest is not None else found


def count_merged(store: ox.Store) -> Counts:
    """The counts of the default graph, by Oxigraph: no triple becomes a Python object, and queries run side by side."""
    numbers = partial(_numbers, store)
    with ThreadPoolExecutor() as pool:
        subjects = pool.submit(numbers, "(COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }")
        objects = pool.submit(numbers, "(COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }")
        entities = pool.submit(numbers, f"(COUNT(DISTINCT ?s) AS ?n) {{ ?s {_TYPE} ?o }}")
        properties = pool.submit(numbers, "?k (COUNT(*) AS ?n) { ?s ?k ?o } GROUP BY ?k")
        classes = pool.submit(
            numbers, f"?k (COUNT(*) AS ?n) {{ ?s {_TYPE} ?k FILTER(ISIRI(?k)) }} GROUP BY ?k"
        )
        links = {
            name: pool.submit(
                numbers,
                f"(COUNT(*) AS ?n) {{ ?s <{predicate}> ?o FILTER(ISIRI(?o) && STRSTARTS(STR(?o), '{start}')) }}",
            )
            for name, (predicate, start) in _linksets().items()
        }
    found = Counts(subjects.result()[""], entities.result()[""], objects.result()[""])
    found.properties.update(properties.result())
    found.classes.update(classes.result())
    for name, number in links.items():
        _add(found.links, name, number.result()[""])
    return found


def _numbers(store: ox.Store, query: str) -> dict[str, int]:
    """The number ?n for each ?k; for "" where there is none."""
    rows: Any = store.query(f"SELECT {query}")
    grouped = "?k" in query
    return {row["k"].value if grouped else "": int(row["n"].value) for row in rows}


def _add(counter: Counter[str], key: str, number: int) -> None:
    """Adds to a counter; what comes to nothing is left out, as if it had never been there."""
    if counter[key] + number:
        counter[key] += number
    else:
        del counter[key]


@cache
def catalogue() -> Mapping[str, Any]:
    """The datasets, the linksets and their targets, from `datasets.toml`."""
    return read_toml(beside(__file__, "datasets.toml"))


@cache
def _linksets() -> Mapping[str, tuple[str, str]]:
    """Of each linkset the predicate, and how the IRIs begin that it links to."""
    return {
        name: (expand(one["predicate"]), expand(f"{one['target']}:"))
        for name, one in catalogue()["linksets"].items()
    }
