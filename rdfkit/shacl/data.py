"""The data graph as shapes see it: statements by subject and predicate, the other way round, and classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from rdfkit.errors import QueryError

TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
SUBCLASS_OF = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"

# subject -> predicate -> distinct objects, every term written as in N-Triples
Description = Mapping[str, list[str]]
Statements = Mapping[str, Mapping[str, list[str]]]

_NOTHING: Description = {}


class Data:
    """Statements, with what is looked up in them more than once."""

    __slots__ = ("_incoming", "_superclasses", "statements")

    def __init__(self, statements: Statements) -> None:
        self.statements = statements
        self._incoming: dict[str, dict[str, list[str]]] = {}
        self._superclasses: dict[str, frozenset[str]] = {}

    def described(self, term: str) -> Description:
        """What is said of a term."""
        return self.statements.get(term, _NOTHING)

    def objects(self, subject: str, predicate: str) -> list[str]:
        """The objects of a subject and a predicate."""
        return self.described(subject).get(predicate, [])

    def subjects(self, predicate: str, found: str) -> list[str]:
        """The subjects of a predicate and an object."""
        if predicate not in self._incoming:
            incoming: dict[str, list[str]] = {}
            for subject, description in self.statements.items():
                for term in description.get(predicate, ()):
                    incoming.setdefault(term, []).append(subject)
            self._incoming[predicate] = incoming
        return self._incoming[predicate].get(found, [])

    def superclasses(self, name: str) -> frozenset[str]:
        """A class and all that it is a subclass of, in the data."""
        if name not in self._superclasses:
            found, new = {name}, [name]
            while new:
                above = self.objects(new.pop(), SUBCLASS_OF)
                new.extend(term for term in above if term not in found)
                found.update(above)
            self._superclasses[name] = frozenset(found)
        return self._superclasses[name]

    def is_instance(self, term: str, name: str) -> bool:
        """Whether a term is a SHACL instance of a class."""
        return any(name in self.superclasses(kind) for kind in self.objects(term, TYPE))


def statements(triples: Iterable[ox.Triple]) -> dict[str, dict[str, list[str]]]:
    """Triples as statements. Raises QueryError for a triple term, which no constraint of SHACL core knows."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for triple in triples:
        if isinstance(triple.object, ox.Triple):
            raise QueryError("SHACL has no shape for a triple within a triple", value=str(triple.object))
        said = found.setdefault(str(triple.subject), {})
        said.setdefault(str(triple.predicate), {})[str(triple.object)] = None
    return {
        subject: {predicate: list(objects) for predicate, objects in said.items()}
        for subject, said in found.items()
    }
