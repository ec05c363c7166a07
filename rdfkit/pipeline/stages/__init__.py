"""The stages of a build, in order: convert, settle, share, check, describe, link.

Each is a module of functions that take a `Run`: what all stages need. What a stage has done it returns, and the
stages after it are given that.
"""

__all__ = [
    "check",
    "convert",
    "describe",
    "link",
    "run",
    "settle",
    "share",
]
