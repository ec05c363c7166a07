"""Where shaping stands: the block as a whole, and a place in it."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

from rdfkit.mapping.schema_org.contexts import KEYWORDS
from rdfkit.mapping.schema_org.iris import Names, numbered
from rdfkit.mapping.schema_org.problems import Problems
from rdfkit.mapping.schema_org.readings import Node, Reading
from rdfkit.sources.yaml_reader import KeyPath


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
