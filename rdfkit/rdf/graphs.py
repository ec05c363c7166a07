"""The names of the graphs that are no pages."""

from __future__ import annotations

import pyoxigraph as ox

from rdfkit.rdf.identifiers import expand

LINKSET_GRAPH = ox.NamedNode(expand("pfocr:linkset"))
PROVENANCE_GRAPH = ox.NamedNode(expand("pfocr:provenance"))
# The name under which a store keeps the triples that were written without naming a graph.
DEFAULT_GRAPH = ox.NamedNode(expand("pfocr:default"))
