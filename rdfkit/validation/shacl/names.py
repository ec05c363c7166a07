"""Names of shapes that are the same on every run: their IRI or, for a blank node, the way to it from an IRI.

`http://example.org/S/foaf:name/minCount` is the constraint sh:minCount on the path foaf:name of the shape S. Terms are
as in N-Triples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rdfkit.rdf.identifiers import compress
from rdfkit.validation.shacl.data import NOTHING, Statements

_SH = "<http://www.w3.org/ns/shacl#"
_RDF = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_PATH = f"{_SH}path>"
_FIRST, _REST, _NIL = f"{_RDF}first>", f"{_RDF}rest>", f"{_RDF}nil>"
_MARKS = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}
_LOCAL = re.compile(r"([^#/:]*)$")
_LINKS = 50


class ShapeNames:
    """The names of the shapes of a shapes graph."""

    def __init__(self, statements: Statements) -> None:
        self._said = statements
        self._parents: dict[str, tuple[str, str]] = {}
        for subject, description in statements.items():
            for predicate, objects in description.items():
                for one in objects:
                    if one.startswith("_"):
                        self._parents.setdefault(one, (subject, predicate))

    def name(self, shape: str, component: str) -> str:
        """The IRI of a shape, or its place in the shapes graph with the component that it breaks."""
        return rule_name(shape, self.place(shape), component)

    def path(self, shape: str) -> str | None:
        """The path of a property shape as SPARQL writes it, None for a node shape."""
        found = self._said.get(shape, NOTHING).get(_PATH)
        return self._path_text(found[0], 0) if found else None

    def described(self, node: str) -> Iterator[str]:
        """All that is said of a blank node, and of the blank nodes in it, as lines of N-Triples."""
        found, waiting = {node}, [node]
        while waiting:
            subject = waiting.pop()
            if not subject.startswith("_"):
                continue
            for predicate, objects in self._said.get(subject, NOTHING).items():
                for one in objects:
                    yield f"{subject} {predicate} {one} ."
                waiting.extend(one for one in objects if one not in found)
                found.update(objects)

    def place(self, shape: str) -> str:
        """The IRI of a shape, or the way to it."""
        steps: list[str] = []
        node = shape
        for _ in range(_LINKS):
            if node.startswith("<"):
                steps.append(node[1:-1])
                break
            step = self.path(node)
            parent, link = self._parents.get(node, (None, ""))
            if step is not None:
                steps.append(step + self._number(node, step, parent, link))
            if parent is None:
                steps.append(self._target(node))
                break
            if step is None and link not in (_FIRST, _REST):
                steps.append(_local(link))
            node = parent
        return "/".join(reversed(steps))

    def _number(self, node: str, step: str, parent: str | None, link: str) -> str:
        """Tells a shape from others of its parent that have the same path."""
        alike = [
            one
            for one in self._said.get(parent or "", NOTHING).get(link, ())
            if one.startswith("_") and self.path(one) == step
        ]
        number = alike.index(node) if node in alike else 0
        return f"-{number + 1}" if number else ""

    def _target(self, node: str) -> str:
        for predicate, objects in self._said.get(node, NOTHING).items():
            if predicate.startswith(f"{_SH}target"):
                return f"{_local(predicate)}={objects[0].strip('<>')}"
        return "shape"

    def _path_text(self, path: str, depth: int) -> str:
        if path.startswith("<"):
            return _short(path[1:-1])
        said = self._said.get(path, NOTHING)
        if depth > _LINKS or not said:
            return "path"
        if _FIRST in said:
            return "/".join(self._path_text(one, depth + 1) for one in self._items(path))
        for predicate, objects in said.items():
            name = _local(predicate)
            if name == "inversePath":
                return f"^{self._grouped(objects[0], depth)}"
            if name in _MARKS:
                return f"{self._grouped(objects[0], depth)}{_MARKS[name]}"
            if name == "alternativePath":
                return f"({'|'.join(self._path_text(one, depth + 1) for one in self._items(objects[0]))})"
        return "path"

    def _grouped(self, path: str, depth: int) -> str:
        text = self._path_text(path, depth + 1)
        return text if path.startswith("<") or text.startswith("(") else f"({text})"

    def _items(self, head: str) -> Iterator[str]:
        for _ in range(_LINKS):
            said = self._said.get(head, NOTHING)
            if head == _NIL or _FIRST not in said:
                return
            yield said[_FIRST][0]
            head = said.get(_REST, [_NIL])[0]


def rule_name(shape: str, place: str, component: str) -> str:
    """The name of a shape at a place; one that has no IRI is named with the component that it breaks."""
    if shape.startswith("<"):
        return place
    kind = component.rpartition("#")[2].rpartition("/")[2].removesuffix("ConstraintComponent")
    return f"{place}/{kind[:1].lower()}{kind[1:]}"


def _local(term: str) -> str:
    found = _LOCAL.search(term.strip("<>"))
    return found[1] if found else term


def _short(iri: str) -> str:
    """An IRI with a prefix of ours, else its last part."""
    found = compress(iri)
    return found if found != iri else _local(iri) or iri
