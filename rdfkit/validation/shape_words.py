"""What shapes of the user ask for, in their own words and prefixes, where they have no `sh:name`.

A finding names path and constraint component; the shapes graph has the parameter. Where several shapes fit, and ask for
different things, nothing is said rather than something wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox

from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.formats import of_file
from rdfkit.rdf.identifiers import expand, prefix_map
from rdfkit.report import Result

ASKED = "what the shape asks for"
_COMPONENT = "ConstraintComponent"
_SHOWN = 10
_Node: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


class ShapeWords:
    """The constraints of some files of shapes, and their prefixes."""

    def __init__(self, quads: Iterable[ox.Quad], prefixes: Mapping[str, str]) -> None:
        self._said: dict[tuple[object, str], list[_Node]] = defaultdict(list)
        for quad in quads:
            self._said[quad.subject, quad.predicate.value].append(quad.object)
        # The longest namespace first, and the user's prefix before ours.
        both = {iri: name for name, iri in {**prefix_map(), **prefixes}.items()} | {
            iri: name for name, iri in prefixes.items()
        }
        self._prefixes = sorted(both.items(), key=lambda one: -len(one[0]))
        self._messages = {
            node.value
            for (_, key), nodes in self._said.items()
            for node in nodes
            if key == expand("sh:message") and isinstance(node, ox.Literal)
        }

    @classmethod
    def read(cls, paths: Iterable[Path]) -> ShapeWords:
        """Those of files that were read as shapes. A file that only rdflib reads gives none."""
        quads: list[ox.Quad] = []
        prefixes: dict[str, str] = {}
        for path in paths:
            format = of_file(path)
            try:
                parser = ox.parse(
                    path=str(path), format=format.rdf if format else None, base_iri=path.resolve().as_uri()
                )
                quads.extend(parser)
                prefixes.update(parser.prefixes)
            except (OSError, SyntaxError, ValueError):
                continue
        return cls(quads, prefixes)

    def reworded(self, result: Result) -> Result:
        """A finding that says what its shape wants. One that a shape has words of its own for is as it was."""
        if result.component is None or ASKED not in result.message:
            return result
        wanted = self._wanted(result)
        own = result.advice if result.advice in self._messages else None
        if wanted is None:
            return result
        message = result.message
        if result.value_term is not None and result.value is not None:
            message = message.replace(f'"{result.value}" is', f"{self._term(result.value_term)} is")
        if result.focus is not None:
            message = message.replace(f"{result.focus}: ", f"{self._name(result.focus)}: ", 1)
        return replace(
            result,
            message=message.replace(ASKED, wanted),
            key=self._name(result.property_path) if result.key == result.property_path else result.key,
            advice=own,
        )

    def _wanted(self, result: Result) -> str | None:
        component = (result.component or "").rpartition("#")[2].removesuffix(_COMPONENT)
        name = component[:1].lower() + component[1:]
        shapes = [shape for shape, key in self._said if key == expand(f"sh:{name}")]
        if result.property_path is not None:
            path = ox.NamedNode(result.property_path)
            shapes = [shape for shape in shapes if path in self._said.get((shape, expand("sh:path")), ())]
        named = [
            shape
            for shape in shapes
            if isinstance(shape, ox.NamedNode) and _is_named(shape.value, result.rule)
        ]
        found = {
            text
            for shape in named or shapes
            for value in self._said[shape, expand(f"sh:{name}")]
            if (text := self._words(component, value)) is not None
        }
        return found.pop() if len(found) == 1 else None

    def _words(self, component: str, value: _Node) -> str | None:
        if component == "NodeKind" and isinstance(value, ox.NamedNode):
            return _table()["kinds"].get(value.value.rpartition("#")[2])
        words = _table()["words"].get(component)
        if words is None:
            return None
        items = list(self._list(value))
        if any(isinstance(item, ox.BlankNode) for item in items):
            return None
        shown = [self._shown(item) for item in items[:_SHOWN]] + (["…"] if len(items) > _SHOWN else [])
        return str(words).replace("{s}", "" if shown == ["1"] else "s").replace("{}", ", ".join(shown))

    def _list(self, value: _Node) -> Iterator[_Node]:
        """The items of an RDF list, or the value itself."""
        first, seen = expand("rdf:first"), set[object]()
        if value == ox.NamedNode(expand("rdf:nil")) or (value, first) not in self._said:
            yield value
            return
        node: object = value
        while (node, first) in self._said and node not in seen:
            seen.add(node)
            yield self._said[node, first][0]
            node = next(iter(self._said.get((node, expand("rdf:rest")), ())), None)

    def _shown(self, node: _Node) -> str:
        return self._term(str(node)) if not isinstance(node, ox.NamedNode) else self._name(node.value)

    def _term(self, text: str) -> str:
        """A term of N-Triples in Turtle's short form: plain numbers and names with prefixes."""
        if text.startswith("<"):
            return self._name(text[1:-1])
        literal, mark, datatype = text.rpartition("^^")
        if not mark or not datatype.endswith(">"):
            return text
        name = self._name(datatype[1:-1])
        return literal.strip('"') if name in _BARE else f"{literal}^^{name}"

    def _name(self, iri: str | None) -> str:
        for start, prefix in self._prefixes if iri else ():
            local = (iri or "").removeprefix(start)
            if (iri or "").startswith(start) and local and not set("/#?<> ") & set(local):
                return f"{prefix}:{local}"
        return f"<{iri}>"


_BARE = frozenset({"xsd:integer", "xsd:decimal", "xsd:boolean"})


def _is_named(iri: str, rule: str) -> bool:
    return rule in (iri, iri.rpartition("#")[2].rpartition("/")[2])


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = read_toml(beside(__file__, "shape_words.toml"))
    return found
