"""The names of the graphs that are no pages: provenance, links, and what many pages of a dataset say alike."""

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


def shared_graph(node: str, space: str) -> str:
    """The IRI of the graph for what pages of a dataset say alike of a node, by the start of the node's IRI.

    `space` is how the IRIs of the dataset's own graphs begin.
    """
    found = _starts().match(node)
    return f"{space}{found.lastgroup if found else _OTHERS}"


def is_listed(node: str) -> bool:
    """Whether a shared graph is made for nodes like this one, which no page has for its own."""
    return _starts().match(node) is not None


def shared_graphs(space: str) -> list[str]:
    """The IRIs of the graphs of a dataset for what its pages say alike."""
    return [f"{space}{name}" for name in (*_table(), _OTHERS)]


@cache
def _starts() -> re.Pattern[str]:
    """What finds the name of the graph, as that of a group, for the start of an IRI."""
    return re.compile("|".join(f"(?P<{name}>{start})" for name, start in _table().items()))


@cache
def _table() -> dict[str, str]:
    return read_toml(beside(__file__, "data/shared_graphs.toml"))
