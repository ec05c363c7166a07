"""The graph on disk: opened for reading, built aside and switched in, changed, counted and described."""

from rdfkit.store.store import (
    DEFAULT_GRAPH,
    DEFAULT_PATH,
    Stage,
    Store,
    building,
    changing,
    current_build,
    open_store,
    staging,
    syntax_error,
)

__all__ = [
    "DEFAULT_GRAPH",
    "DEFAULT_PATH",
    "Stage",
    "Store",
    "building",
    "changing",
    "current_build",
    "open_store",
    "staging",
    "syntax_error",
]
