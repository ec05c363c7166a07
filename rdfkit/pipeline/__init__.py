"""A build, from sources to a checked store.

Scan, convert in processes or on a cluster, settle, check, describe, link: `build` runs them, `stages` has them, `state`
keeps in SQLite what the next build must know. Only here are processes started for work.
"""

__all__ = [
    "build",
    "distributed",
    "linkset",
    "processes",
    "progress",
    "rdf_store",
    "summary",
    "validate",
    "watch",
]
