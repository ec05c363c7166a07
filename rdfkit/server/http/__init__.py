"""HTTP at the front: the SPARQL protocols, the addresses that are no pages, and how answers are sent."""

__all__ = ["connection_limits", "endpoints", "graph_store_protocol", "metrics", "responses", "service"]
