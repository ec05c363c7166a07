"""What leaves: exports, releases, diagrams, other stores kept in step, audits."""

__all__ = [
    "audit",
    "bulk_loaders",
    "diagram",
    "export",
    "files",
    "publish",
    "release",
    "schema_org",
    "targets",
]
