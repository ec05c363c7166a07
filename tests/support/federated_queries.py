"""Random queries with SERVICE clauses, and random data for them: small, so that much of it meets."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

ENDPOINTS = ("http://one.example/sparql", "http://two.example/sparql")
_VARIABLES = "abcd"


def node(name: str) -> ox.NamedNode:
    """An IRI of the random data."""
    return ox.NamedNode(f"http://example.org/{name}")


_SUBJECTS = [node("x1"), node("x2"), node("x3")]
_PREDICATES = [node("p"), node("q")]
_TERMS = [*_SUBJECTS, ox.Literal("l1"), ox.Literal(1), ox.Literal("l2", language="en")]


@dataclass(frozen=True)
class Case:
    """A query, the local triples, and those of each endpoint."""

    query: str
    local: list[ox.Triple]
    remote: Mapping[str, list[ox.Triple]]

    def reference(self) -> tuple[str, ox.Store]:
        """The same question without SERVICE: all data in one store, the endpoints as named graphs."""
        store = ox.Store()
        store.extend(ox.Quad(*triple) for triple in self.local)
        for name, triples in self.remote.items():
            store.add_graph(ox.NamedNode(name))
            store.extend(ox.Quad(*triple, ox.NamedNode(name)) for triple in triples)
        return self.query.replace("SERVICE", "GRAPH"), store


def random_case(seed: int) -> Case | None:
    """A case, always the same for a seed. None where the query is not SPARQL, or has no SERVICE clause."""
    chance = random.Random(seed)
    local, *remote = (random_triples(chance, 7) for _ in range(1 + len(ENDPOINTS)))
    return _case(random_query(chance), local, dict(zip(ENDPOINTS, remote, strict=True)))


def random_triples(chance: random.Random, most: int) -> list[ox.Triple]:
    """Up to so many triples."""
    return [
        ox.Triple(chance.choice(_SUBJECTS), chance.choice(_PREDICATES), chance.choice(_TERMS))
        for _ in range(chance.randint(0, most))
    ]


def random_query(chance: random.Random) -> str:
    """A SELECT query, which need not be SPARQL: a literal can be a subject."""
    return f"SELECT * {{ {_Writer(chance).group(3, is_remote=False)} }}"


def _case(query: str, local: list[ox.Triple], remote: Mapping[str, list[ox.Triple]]) -> Case | None:
    case = Case(query, local, remote)
    text, store = case.reference()
    try:
        store.query(text)
    except SyntaxError:
        return None
    return case if "SERVICE" in query else None


class _Writer:
    """Writes groups. Inside a SERVICE clause there is no other."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._fresh = _numbers()

    def group(self, depth: int, *, is_remote: bool) -> str:
        count = self._chance.randint(1, 3)
        return " ".join(self._element(depth, is_remote) for _ in range(count))

    def _element(self, depth: int, is_remote: bool) -> str:
        kinds = [(30, self._triples), (6, self._filter), (3, self._bind), (5, self._values)]
        if depth > 0:
            kinds += [
                (6, lambda: f"OPTIONAL {{ {inside()} }}"),
                (6, lambda: f"{{ {inside()} }} UNION {{ {inside()} }}"),
                (5, lambda: f"MINUS {{ {inside()} }}"),
                (3, lambda: f"{{ {inside()} }}"),
                (3, lambda: self._subquery(inside())),
                (3, lambda: f"FILTER {self._any('', 'NOT ')}EXISTS {{ {inside()} }}"),
            ]
            if not is_remote:
                kinds.append((40, lambda: self._service(depth)))

        def inside() -> str:
            return self.group(depth - 1, is_remote=is_remote)

        weights, writers = zip(*kinds, strict=True)
        return self._chance.choices(writers, weights)[0]()

    def _service(self, depth: int) -> str:
        return f"SERVICE <{self._any(*ENDPOINTS)}> {{ {self.group(depth - 1, is_remote=True)} }}"

    def _subquery(self, inside: str) -> str:
        names = self._chance.sample(_VARIABLES, self._chance.randint(1, 3))
        if self._chance.random() < 0.3:
            counted = f"(COUNT(*) AS ?n{next(self._fresh)})"
            return f"{{ SELECT ?{names[0]} {counted} {{ {inside} }} GROUP BY ?{names[0]} }}"
        return f"{{ SELECT {self._any('', 'DISTINCT ')}?{' ?'.join(names)} {{ {inside} }} }}"

    def _triples(self) -> str:
        count = self._chance.randint(1, 2)
        return " ".join(f"{self._term()} {self._predicate()} {self._term()} ." for _ in range(count))

    def _filter(self) -> str:
        one, other = self._variable(), self._variable()
        return "FILTER(%s)" % self._any(  # noqa: UP031 - the braces of SPARQL
            f"BOUND({one})", f"!BOUND({one})", f"{one} = {self._term()}", f"{one} != {other}", f"isIRI({one})",
            f"COALESCE({one}, 1) = 1",
        )  # fmt: skip

    def _bind(self) -> str:
        value = self._any(self._variable(), "1", f"STR({self._variable()})")
        return f"BIND({value} AS ?n{next(self._fresh)})"

    def _values(self) -> str:
        if self._chance.random() < 0.5:
            terms = " ".join(str(self._any(*_TERMS)) for _ in range(self._chance.randint(0, 3)))
            return f"VALUES {self._variable()} {{ {terms} }}"
        return f"VALUES (?a ?b) {{ ({self._any(*_TERMS)} UNDEF) (UNDEF {self._any(*_TERMS)}) }}"

    def _predicate(self) -> str:
        return self._variable() if self._chance.random() < 0.1 else str(self._any(*_PREDICATES))

    def _term(self) -> str:
        return self._variable() if self._chance.random() < 0.7 else str(self._any(*_TERMS))

    def _variable(self) -> str:
        return f"?{self._any(*_VARIABLES)}"

    def _any(self, *choices: object) -> object:
        return self._chance.choice(choices)


def _numbers() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number
