"""What the store says about one thing, as plain values: a figure, a pathway, what they share, any other node."""

__all__ = [
    "figures",
    "index",
    "pathways",
    "reading",
    "sharing",
    "statements",
    "types",
]
