"""The data graph as shapes see it: statements by subject and predicate, and the classes above a class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from rdfkit.errors import QueryError

TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_FIRST, _REST, _NIL = (
    f"<http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}>" for name in ("first", "rest", "nil")
)
SUBCLASS_OF = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"

# subject -> predicate -> distinct objects, every term written as in N-Triples
Description = Mapping[str, list[str]]
Statements = Mapping[str, Mapping[str, list[str]]]

NOTHING: Description = {}


def superclasses(statements: Statements, name: str) -> set[str]:
    """A class and all that it is a subclass of, as the statements have it."""
    found, new = {name}, [name]
    while new:
        above = statements.get(new.pop(), NOTHING).get(SUBCLASS_OF, [])
        new.extend(term for term in above if term not in found)
        found.update(above)
    return found


def list_items(said: Statements, head: str) -> list[str] | None:
    """The members of an RDF list in statements; None for what is none."""
    found: list[str] = []
    seen: set[str] = set()
    while head != _NIL:
        first, rest = (said.get(head, NOTHING).get(link, []) for link in (_FIRST, _REST))
        if head in seen or len(first) != 1 or len(rest) != 1:
            return None
        seen.add(head)
        found.extend(first)
        head = rest[0]
    return found


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
