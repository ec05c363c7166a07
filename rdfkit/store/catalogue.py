"""The datasets, the linksets from them and their targets, as `datasets.toml` has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.identifiers import expand

_VOCABULARY = expand("pfocr:")


@dataclass(frozen=True, slots=True)
class Target:
    """A dataset of others: its IRI, its title, its page, and how the IRIs of its things begin."""

    iri: str
    title: str
    landing_page: str
    uri_space: str


@dataclass(frozen=True, slots=True)
class Agent:
    """Who publishes or makes a dataset."""

    iri: str
    name: str
    page: str


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """What is said of a dataset whatever it holds. `version` is the IRI of a release with `{day}` for its date."""

    name: str
    iri: str
    version: str
    title: str
    description: str
    landing_page: str
    example: str
    uri_space: str
    keywords: tuple[str, ...]
    themes: tuple[str, ...]
    language: str
    periodicity: str
    publisher: Agent
    creators: tuple[Agent, ...]
    contact: Mapping[str, str]
    repository: str
    kinds: frozenset[str]
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """A linkset between a dataset and a target: triples of a predicate, whose subjects (`inward`) or else objects are
    the target's. `key` is unique, `name` is so in the dataset.
    """

    key: str
    name: str
    dataset: str
    title: str
    predicate: str
    target: Target
    inward: bool

    def has(self, subject: str, value: str) -> bool:
        """Whether a triple of the predicate with these IRIs is one of the links."""
        return (subject if self.inward else value).startswith(self.target.uri_space)


@cache
def datasets() -> Mapping[str, DatasetFacts]:
    """The datasets by name."""
    agents = {name: Agent(**one) for name, one in _tables()["agents"].items()}
    return {
        name: DatasetFacts(
            name=name,
            iri=one["iri"],
            version=one["version"],
            title=one["title"],
            description=one["description"],
            landing_page=one["landing_page"],
            example=one["example"],
            uri_space=_full(one["uri_space"]),
            keywords=tuple(one["keywords"]),
            themes=tuple(one["themes"]),
            language=one["language"],
            periodicity=one["periodicity"],
            publisher=agents[one["publisher"]],
            creators=tuple(agents[creator] for creator in one["creators"]),
            contact=one.get("contact", {}),
            repository=one["repository"],
            kinds=frozenset(one["kinds"]),
            addresses=tuple(one["addresses"]),
        )
        for name, one in _tables().items()
        if "kinds" in one
    }


@cache
def linksets() -> tuple[Links, ...]:
    """All linksets but the one that `rdfkit link` writes, which describes itself."""
    targets = {name: _target(**one) for name, one in _tables()["targets"].items()}
    return tuple(
        Links(
            key=f"{dataset}/{name}",
            name=name,
            dataset=dataset,
            title=one["title"],
            predicate=expand(one["predicate"]),
            target=targets[one.get("subjects") or one["objects"]],
            inward="subjects" in one,
        )
        for dataset, several in _tables()["linksets"].items()
        for name, one in several.items()
    )


@cache
def linksets_by_predicate() -> Mapping[str, tuple[Links, ...]]:
    """The linksets by the IRI of their predicate."""
    found: dict[str, list[Links]] = defaultdict(list)
    for one in linksets():
        found[one.predicate].append(one)
    return {predicate: tuple(several) for predicate, several in found.items()}


def dataset_of(kind: str | None, graph: str) -> str | None:
    """The dataset of a graph: that of its kind of page, or by its address where several have the kind, or none."""
    if kind == "ontology":
        return None
    owners = [one for one in datasets().values() if kind in one.kinds]
    if len(owners) == 1:
        return owners[0].name
    found = _by_address(owners, graph) or _by_address(datasets().values(), graph)
    return found or (owners[0].name if owners else None)


def space_of(dataset: str | None) -> str:
    """How the IRIs of the graphs begin that a dataset has beside its pages; for None those of pages in no dataset."""
    return datasets()[dataset].iri.removesuffix("dataset") if dataset is not None else _VOCABULARY


def spaces() -> tuple[str, ...]:
    """Those of all datasets, in the order of the catalogue, and that of pages in none."""
    return (*map(space_of, datasets()), _VOCABULARY)


def _by_address(among: Iterable[DatasetFacts], graph: str) -> str | None:
    return next((one.name for one in among if graph.startswith(one.addresses)), None)


def _target(title: str, landing_page: str, uri_space: str) -> Target:
    return Target(f"{landing_page}#dataset", title, landing_page, _full(uri_space))


def _full(uri_space: str) -> str:
    return uri_space if "//" in uri_space else expand(uri_space)


@cache
def _tables() -> Mapping[str, Any]:
    return read_toml(beside(__file__, "datasets.toml"))
