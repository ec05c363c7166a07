"""Virtuoso's looser dialect of SPARQL, made SPARQL 1.1: `repair`, and what it is built of."""

__all__ = ["edits", "repair", "structure"]
