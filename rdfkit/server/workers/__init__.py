"""The processes that answer: a pool of workers that can be stopped, what they are asked and what they send back."""

__all__ = ["backends", "pool", "reply"]
