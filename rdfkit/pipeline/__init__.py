"""A build, from sources to a checked store: scan, convert, settle, check, describe, link; its state in SQLite."""
