"""The state of a build: which files it read, what became of each page, what each looked up, defined and was told.

`model` has the values and `database` the SQLite file beside the graph; the other modules are functions of a database,
one module for each noun.
"""

__all__ = [
    "conflicts",
    "database",
    "files",
    "findings",
    "graphs",
    "lookups",
    "model",
    "pages",
    "schema",
]
