"""JSON-LD documents: what a kind makes of a page, before it becomes quads.

The nodes are plain values; what their keys mean is in the context of the kind (`jsonld/contexts/KIND.jsonld`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rdfkit.report import Result
from rdfkit.sources.yaml_reader import KeyPath

# A JSON-LD node object, https://www.w3.org/TR/json-ld11/#node-objects
Node = dict[str, Any]


class Origin(NamedTuple):
    """Where in the front matter a node comes from.

    `scope` is the context term under which the node stands ("" for the page's own nodes), `key_path` the
    mapping whose keys its properties come from, `id_key` the key that gave the node its IRI.
    """

    scope: str
    key_path: KeyPath
    id_key: str | None = None


@dataclass(slots=True)
class Tally:
    """Rows of a kind: how many were found, and how many of them cannot be used. The others are in the graph."""

    found: int = 0
    refused: int = 0

    @property
    def used(self) -> int:
        """How many rows are in the graph."""
        return self.found - self.refused


@dataclass(frozen=True, slots=True)
class Document:
    """One page as JSON-LD.

    `graph` is the IRI of its named graph. `nodes` are to be read with the context of `kind`, `schema_nodes`
    with the packaged schema.org context, each of `foreign_nodes` with the context that it brings along.
    `origins` says for each node, by IRI or CURIE, where it comes from. `problems` is what was found on the way,
    `rows` counts the rows of companion tables by kind. `version` is the name of the version of a pathway, with which
    the IRIs of all its nodes end.
    """

    kind: str
    graph: str
    nodes: Iterable[Node]
    schema_nodes: list[Node] = field(default_factory=list)
    foreign_nodes: list[Node] = field(default_factory=list)
    origins: dict[str, Origin] = field(default_factory=dict)
    problems: list[Result] = field(default_factory=list)
    rows: dict[str, Tally] = field(default_factory=dict)
    version: str | None = None
