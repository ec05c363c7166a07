"""The kinds of page: for each, which function makes JSON-LD of it, and which keys it has."""
