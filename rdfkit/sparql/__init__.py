"""The text of a query and what it gives: tokens, limits, dialect, dataset, the query library, results."""
