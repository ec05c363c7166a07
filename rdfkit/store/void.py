"""The descriptions of the datasets in a store (VoID, DCAT), as its graph of provenance has them.

A store holds one state of its datasets, without a date, so the numbers stand at the datasets themselves. A release
describes its versions (`rdfkit.publishing.release.description`). Names stand in `datasets.toml`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import pyoxigraph as ox

from rdfkit.rdf.identifiers import expand
from rdfkit.sparql.results import Rows
from rdfkit.store import void_statements
from rdfkit.store.catalogue import dataset_of, datasets, linksets
from rdfkit.store.graph_editor import Site
from rdfkit.store.partitions import DATATYPE, Uses
from rdfkit.store.protocol import StoreProtocol
from rdfkit.store.statistics import Counts
from rdfkit.store.void_statements import Statement


def site_of(kinds: Mapping[str, str]) -> Site:
    """Which dataset a graph belongs to, by its kind of page (graph IRI → kind), else by its address."""
    return lambda graph: site_of_kind(kinds.get(graph), graph)


def site_of_kind(kind: str | None, graph: str) -> str | None:
    """The dataset of a graph of this kind."""
    return dataset_of(kind, graph)


def describe(counts: Mapping[str, Counts], graph: ox.NamedNode) -> Iterator[ox.Quad]:
    """The descriptions of datasets, of which the counts are given, as quads of `graph`."""
    return void_statements.quads(_statements(counts), graph)


def described(store: StoreProtocol, graph: ox.NamedNode) -> dict[str, Counts]:
    """The counts that the descriptions in a graph of a store give, by dataset: those that `describe` was given.

    Without descriptions there are none. Raises as `Store.evaluate` does.
    """
    found: dict[str, Counts] = {}
    for name, dataset in datasets().items():
        about = f"GRAPH {graph} {{ <{dataset.iri}>"
        numbers = _numbers(store, f"{about} ?key ?n FILTER(isLiteral(?n)) }}")
        if expand("void:triples") in numbers:
            found[name] = Counts(
                numbers[expand("void:distinctSubjects")],
                numbers[expand("void:entities")],
                numbers[expand("void:distinctObjects")],
                _numbers(store, f"{about} void:classPartition [ void:class ?key ; void:entities ?n ] }}"),
                _numbers(
                    store, f"{about} void:propertyPartition [ void:property ?key ; void:triples ?n ] }}"
                ),
                _links(name, _numbers(store, f"{about} void:subset ?key . ?key void:triples ?n }}")),
                _uses(store, about),
            )
    return found


def _statements(counts: Mapping[str, Counts]) -> Iterator[Statement]:
    for name, dataset in datasets().items():
        if name in counts and counts[name].properties:
            yield from void_statements.facts(dataset, dataset.iri)
            yield dataset.iri, "dcterms:title", ox.Literal(dataset.title, language="en")
            yield from void_statements.numbers(dataset.iri, counts[name])
            for one in linksets():
                if one.dataset == name and counts[name].links.get(one.key):
                    yield from void_statements.linkset(dataset.iri, one, counts[name].links[one.key])


def _numbers(store: StoreProtocol, pattern: str) -> Counter[str]:
    """The integers ?n by their ?key."""
    answer = store.evaluate(f"SELECT ?key ?n {{ {pattern} }}")
    rows = answer if isinstance(answer, Rows) else ()
    return Counter({str(row["key"]): n for row in rows if isinstance(n := row["n"], int)})


def _links(name: str, numbers: Mapping[str, int]) -> Counter[str]:
    """The links of linksets by key, given those by IRI."""
    iri = datasets()[name].iri
    keys = {void_statements.linkset_iri(iri, one.name): one.key for one in linksets() if one.dataset == name}
    return Counter({keys[linkset]: number for linkset, number in numbers.items() if linkset in keys})


def _uses(store: StoreProtocol, about: str) -> Uses:
    """The numbers of the partitions of class partitions."""
    nested = (
        f"{about} void:classPartition [ void:class ?c ; void:propertyPartition ?pp ] . ?pp void:property ?p"
    )
    found: Uses = Counter()
    for mark, pattern in (
        ("", "?pp void:triples ?n"),
        ("", "?pp void:classPartition [ void:class ?v ; void:triples ?n ]"),
        (DATATYPE, "?pp void-ext:datatypePartition [ void-ext:datatype ?v ; void:triples ?n ]"),
    ):
        answer = store.evaluate(f"SELECT ?c ?p ?v ?n {{ {nested} . {pattern} }} }}")
        for row in answer if isinstance(answer, Rows) else ():
            if isinstance(number := row["n"], int):
                value = "" if row["v"] is None else f"{mark}{row['v']}"
                found[str(row["c"]), str(row["p"]), value] = number
    return found
