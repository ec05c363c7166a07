"""How classes use properties: the numbers of VoID's partitions by class, property, and class or datatype of the values.

`Use` is (class, property, what the values are): the IRI of a class, `^^` and that of a datatype, or "" for any value.
A triple counts for each class of its subject, and with each of these for each class of its object. What a node is, is
looked up, so triples may come in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache

import pyoxigraph as ox

from rdfkit.rdf.identifiers import expand
from rdfkit.store.graph_editor import Object, Site, Subject

Use = tuple[str, str, str]
Uses = Counter[Use]
DATATYPE = "^^"
Statement = tuple[Subject, ox.NamedNode, Object]
# The classes of a node, in a fixed order.
Types = Callable[[Subject], tuple[str, ...]]
# What a triple is: the classes of its subject, its predicate, the classes or the datatype of its object.
Combination = tuple[tuple[str, ...], str, tuple[str, ...]]

_TYPE = ox.NamedNode(expand("rdf:type"))
# How many nodes' classes are remembered in a pass: enough for what many pages name.
_REMEMBERED = 200_000


def count_uses(triples: Iterable[Statement], types: Types) -> Uses:
    """The uses in distinct triples, in one pass."""
    # There are far fewer combinations than triples.
    return expanded(Counter(combination(triple, types) for triple in triples))


def dataset_uses(store: ox.Store, dataset: str, site: Site) -> Uses:
    """The uses in the graphs of a dataset, by one pass over the triples of the store."""
    quads = store.quads_for_pattern(None, None, None, None)
    triples = (statement(quad) for quad in quads if _is_of(quad, dataset, site))
    return count_uses(triples, dataset_types(store, dataset, site))


def dataset_types(store: ox.Store, dataset: str, site: Site) -> Types:
    """The classes of nodes in the graphs of a dataset."""

    @lru_cache(_REMEMBERED)
    def types(node: Subject) -> tuple[str, ...]:
        quads = store.quads_for_pattern(node, _TYPE, None, None)
        return classes_of(quad.object for quad in quads if _is_of(quad, dataset, site))

    return types


def own_uses(triples: Collection[Statement]) -> Uses:
    """The uses in distinct triples that say themselves what their nodes are."""
    known = {node: tuple(sorted(classes)) for node, classes in _classes_by_node(triples).items()}
    return count_uses(triples, lambda node: known.get(node, ()))


def changed_uses(
    store: ox.Store, dataset: str, site: Site, come: Collection[Statement], gone: Collection[Statement]
) -> Uses:
    """What a change of a dataset adds to its uses, less what it takes away.

    `come` are the triples that no graph of the dataset had before, `gone` those that none has now; the store is as it
    is after the change. Only these triples are read, and those of nodes whose classes changed.
    """
    gained, lost = _classes_by_node(come), _classes_by_node(gone)
    retyped = gained.keys() | lost.keys()

    now = dataset_types(store, dataset, site)

    def before(node: Subject) -> tuple[str, ...]:
        if node not in retyped:
            return now(node)
        return tuple(sorted({*now(node)} - gained.get(node, set()) | lost.get(node, set())))

    found: Counter[Combination] = Counter(combination(triple, now) for triple in come)
    found.subtract(combination(triple, before) for triple in gone)
    new = frozenset(come)
    for triple in _around(store, retyped, dataset, site):
        if triple not in new:
            found[combination(triple, now)] += 1
            found[combination(triple, before)] -= 1
    return expanded(found)


def _around(store: ox.Store, nodes: Collection[Subject], dataset: str, site: Site) -> Iterator[Statement]:
    """The triples of a dataset with one of the nodes, each once."""

    def matches(subject: Subject | None, value: Subject | None) -> set[Statement]:
        found = store.quads_for_pattern(subject, None, value, None)
        return {statement(quad) for quad in found if _is_of(quad, dataset, site)}

    for node in nodes:
        yield from matches(node, None)
        # A triple between two of the nodes has come with its subject.
        yield from (triple for triple in matches(None, node) if triple[0] not in nodes)


def combination(triple: Statement, types: Types) -> Combination:
    """What a triple is."""
    return types(triple[0]), *_used(triple, types)


def _used(triple: Statement, types: Types) -> tuple[str, tuple[str, ...]]:
    """The predicate of a triple, and the classes or the datatype of its object."""
    _, predicate, value = triple
    if isinstance(value, ox.Literal):
        return predicate.value, (f"{DATATYPE}{value.datatype.value}",)
    return predicate.value, types(value)


def expanded(combinations: Counter[Combination]) -> Uses:
    """The uses in triples of which it is known how many there are of each combination."""
    found: Uses = Counter()
    for (classes, predicate, targets), number in combinations.items():
        for one in classes:
            for target in ("", *targets):
                found[one, predicate, target] += number
    return found


def statement(quad: ox.Quad) -> Statement:
    """The triple of a quad."""
    return quad.subject, quad.predicate, quad.object


def classes_of(values: Iterable[Object]) -> tuple[str, ...]:
    """The IRIs among the values of rdf:type, in a fixed order."""
    return tuple(sorted({value.value for value in values if isinstance(value, ox.NamedNode)}))


def _classes_by_node(triples: Iterable[Statement]) -> dict[Subject, set[str]]:
    found: dict[Subject, set[str]] = {}
    for subject, predicate, value in triples:
        if predicate == _TYPE and isinstance(value, ox.NamedNode):
            found.setdefault(subject, set()).add(value.value)
    return found


def _is_of(quad: ox.Quad, dataset: str, site: Site) -> bool:
    return isinstance(quad.graph_name, ox.NamedNode) and site(quad.graph_name.value) == dataset
