"""The graph on disk: built aside, switched in atomically, opened read-only, changed, counted and described.

`protocol` says what any store can do, `store` opens and asks the one on disk; `layout`, `locks`, `default_graph` and
`failures` are what these rest on. Not imported here, since opening needs none of them: `builds` (makes a store),
`updates` (SPARQL Update), `graph_editor` (changes of single graphs), `catalogue` (the datasets and linksets),
`statistics` and `partitions` (what a dataset holds), `void` and `void_statements` (its description), `coverage`
(what a build made of its sources), `explain` (why an answer is empty).
"""

from rdfkit.rdf.graphs import DEFAULT_GRAPH
from rdfkit.store.layout import DEFAULT_PATH, current_build
from rdfkit.store.protocol import StoreProtocol
from rdfkit.store.store import Store, open_store

__all__ = [
    "DEFAULT_GRAPH",
    "DEFAULT_PATH",
    "Store",
    "StoreProtocol",
    "builds",
    "catalogue",
    "coverage",
    "current_build",
    "explain",
    "graph_editor",
    "open_store",
    "page_graphs",
    "partitions",
    "protocol",
    "statistics",
    "timed",
    "updates",
    "void",
    "void_statements",
]
