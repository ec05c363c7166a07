"""A release: Turtle in zips, its descriptions and its manifest, as WikiPathways' loader takes them."""

__all__ = ["description", "release"]
