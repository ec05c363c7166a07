"""The text of a query and what it gives: tokens, limits, dialect, dataset, the query library, results."""

__all__ = [
    "algebra",
    "dataset",
    "dialect",
    "library",
    "library_rdf",
    "limits",
    "parameters",
    "parser",
    "projection",
    "query",
    "required_patterns",
    "results",
    "rewriting",
    "syntax_errors",
    "tokens",
]
