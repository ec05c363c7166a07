"""The index by which things are found by name: a SQLite file beside the graph."""
