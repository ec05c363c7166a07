"""The index by which things are found by name: a SQLite file beside the graph."""

__all__ = [
    "facts",
    "files",
    "search",
]
