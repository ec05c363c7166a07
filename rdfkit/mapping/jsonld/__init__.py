"""JSON-LD: contexts, what their terms mean, and the statements that documents make."""

__all__ = ["contexts", "statements"]
