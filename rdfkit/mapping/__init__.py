"""From a page to statements: its kind, what it looks up and defines, JSON-LD nodes of its fields and blocks."""

__all__ = [
    "dispatch",
    "document",
    "fields",
    "jsonld",
    "lookups",
    "profiles",
    "recognition",
    "registry",
    "schema_org",
]
