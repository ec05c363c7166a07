"""Where shaping stands: the block as a whole, and a place in it."""

from __future__ import annotations

from dataclasses import dataclass

from rdfkit.front_matter import KeyPath
from rdfkit.kinds.schema_org.iris import Names, numbered
from rdfkit.kinds.schema_org.problems import Problems
from rdfkit.kinds.schema_org.terms import Terms


@dataclass(frozen=True, slots=True)
class Shaping:
    """What shaping one block has given so far: IRIs under its page, and problems."""

    names: Names
    problems: Problems


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: its key path, the terms that hold there, the name that a node there gets."""

    path: KeyPath
    terms: Terms
    name: str = ""
    number: int = 1

    def item(self, index: int) -> Place:
        """The place of an item of a list."""
        return Place((*self.path, index), self.terms, self.name, index + 1)

    def at(self, key: str) -> Place:
        """The place of the value of a keyword, where nothing new gets a name."""
        return Place((*self.path, key), self.terms, self.name, self.number)

    def within(self, terms: Terms) -> Place:
        """The same place where other terms hold."""
        return self if terms is self.terms else Place(self.path, terms, self.name, self.number)

    def below(self, path: KeyPath, name: str, terms: Terms) -> Place:
        """The place of the value, at that path, of a property of the node that stands here."""
        own = self.node_name
        return Place(path, terms, f"{own}-{name}" if own else name)

    @property
    def node_name(self) -> str:
        """The fragment of the node here: `creator`, `creator-2`, `creator-address`."""
        return numbered(self.name, self.number)
