"""Where shaping stands: the block as a whole, a place in it, and the IRIs that nodes get under the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from rdfkit.mapping.schema_org.contexts import KEYWORDS
from rdfkit.mapping.schema_org.problems import Problems
from rdfkit.mapping.schema_org.readings import Node, Reading
from rdfkit.mapping.schema_org.trees import mappings
from rdfkit.rdf.iris import is_iri, part_of, percent_encode
from rdfkit.sources.yaml_reader import KeyPath, Value

# Fragments that other parts of a page's graph use.
_RESERVED = re.compile(r"source|article|figure|(mention|genid)-\d+|overlap-.*")


@dataclass(slots=True)
class Names:
    """The IRIs under a page: which are in use, and new ones."""

    page: str
    taken: set[str] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)
    # The new names, each with its number before.
    issued: list[tuple[str, int, str]] = field(default_factory=list)
    # The unusable @id of the first mapping, which the page stands in for.
    page_alias: str | None = None

    def take_back(self, count: int, page_alias: str | None) -> None:
        """Takes back the new names but for the first `count`, and what the page is also called."""
        while len(self.issued) > count:
            name, number, iri = self.issued.pop()
            self.numbers[name] = number
            self.taken.discard(iri)
        self.page_alias = page_alias

    def reserve(self, block: Value) -> None:
        """Remembers every IRI that the block gives itself, so that no generated one is the same."""
        for _, mapping in mappings(block, ()):
            for key in ("@id", "id"):
                text = mapping.get(key)
                if isinstance(text, str):
                    self.taken.add(text if is_iri(text) else self.local(text))

    def local(self, text: str) -> str:
        """The IRI under the page of a blank node label, fragment or relative IRI, always the same."""
        if text == self.page_alias:
            return self.page
        name = text.removeprefix("_:").removeprefix("#")
        iri = self._fragment(name)
        return iri if is_iri(iri) else self._fragment(percent_encode(name))

    def fresh(self, name: str) -> str:
        """An IRI under the page that nothing else has: `name`, or `name-2` and so on."""
        before = self.numbers.get(name, 0)
        number = before + 1
        while not self._is_free(numbered(name, number)):
            number += 1
        self.numbers[name] = number
        iri = self._fragment(numbered(name, number))
        self.taken.add(iri)
        self.issued.append((name, before, iri))
        return iri

    def _is_free(self, name: str) -> bool:
        return self._fragment(name) not in self.taken and _RESERVED.fullmatch(name) is None

    def _fragment(self, name: str) -> str:
        return part_of(self.page, name)


def numbered(name: str, number: int) -> str:
    """The name of the first, second and later things of one name: `creator`, `creator-2`."""
    return f"{name}-{number}" if number > 1 else name


@dataclass(frozen=True, slots=True)
class Shaping:
    """What shaping one block has given so far: IRIs under its page, and problems.

    `aliases` are the keywords of the keys that stand for one, `maps` the terms below which keys are no properties.
    `read` gives what the JSON-LD processor reads in a small document. `is_usual` is true when the block has no context
    but that of schema.org.
    """

    names: Names
    problems: Problems
    aliases: Mapping[str, str]
    maps: Container[str]
    read: Callable[[Node], Reading]
    is_usual: bool

    def keyword(self, key: str) -> str | None:
        """The keyword that a key is or stands for, None when it is a property."""
        return key if key in KEYWORDS else self.aliases.get(key)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: its key path, and the name that a node there gets.

    `around` are the nodes in which it stands, outermost first: of each the context and the types, and the keys that
    lead from it to the next.
    """

    path: KeyPath
    name: str = ""
    number: int = 1
    around: tuple[tuple[Node, tuple[str, ...]], ...] = ()

    def item(self, index: int) -> Place:
        """The place of an item of a list."""
        return Place((*self.path, index), self.name, index + 1, self.around)

    def at(self, key: str) -> Place:
        """The place of the value of a keyword, where nothing new gets a name."""
        return Place((*self.path, key), self.name, self.number, self.around)

    def below(self, path: KeyPath, name: str, frame: Node, keys: tuple[str, ...]) -> Place:
        """The place of the value, at that path, of a property of the node that stands here."""
        own = self.node_name
        return Place(path, f"{own}-{name}" if own else name, 1, (*self.around, (frame, keys)))

    @property
    def node_name(self) -> str:
        """The fragment of the node here: `creator`, `creator-2`, `creator-address`."""
        return numbered(self.name, self.number)

    def alone(self, item: Node) -> Node:
        """A document with nothing but a node in this place, and what stands around it."""
        for frame, keys in reversed(self.around):
            item = {**frame, **under(keys, item)}
        return item


def under(keys: tuple[str, ...], item: Any) -> Node:  # noqa: ANN401 - a JSON-LD value
    """An item below keys, one in the other."""
    for key in reversed(keys):
        item = {key: item}
    found: Node = item
    return found
