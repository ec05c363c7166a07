"""The names of the graphs that are no pages: provenance, links, and what many pages say alike."""

from __future__ import annotations

import re
from functools import cache

import pyoxigraph as ox

from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.identifiers import expand

LINKSET_GRAPH = ox.NamedNode(expand("pfocr:linkset"))
PROVENANCE_GRAPH = ox.NamedNode(expand("pfocr:provenance"))
# The name under which a store keeps the triples that were written without naming a graph.
DEFAULT_GRAPH = ox.NamedNode(expand("pfocr:default"))
# The shared graph of the nodes that `data/shared_graphs.toml` does not list.
_OTHERS = "others"


def shared_graph(node: str) -> str:
    """The IRI of the graph for what pages say alike of a node, by the start of its IRI."""
    found = _starts().match(node)
    return _names()[found.lastgroup or _OTHERS if found else _OTHERS]


def is_listed(node: str) -> bool:
    """Whether a shared graph is made for nodes like this one, which no page has for its own."""
    return _starts().match(node) is not None


def shared_graphs() -> frozenset[str]:
    """The IRIs of all shared graphs."""
    return frozenset(_names().values())


@cache
def _names() -> dict[str, str]:
    return {name: expand(f"pfocr:{name}") for name in (*_table(), _OTHERS)}


@cache
def _starts() -> re.Pattern[str]:
    """What finds the name of the graph, as that of a group, for the start of an IRI."""
    return re.compile("|".join(f"(?P<{name}>{start})" for name, start in _table().items()))


@cache
def _table() -> dict[str, str]:
    return read_toml(beside(__file__, "data/shared_graphs.toml"))
