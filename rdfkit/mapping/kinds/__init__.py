"""The kinds of page: for each, which function makes JSON-LD of it, and which keys it has."""

__all__ = ["author", "community", "document", "figure", "organism", "pathway", "term"]
