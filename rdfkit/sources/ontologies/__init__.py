"""Ontologies: OBO, RDF/XML and Turtle read to one model."""

__all__ = ["model", "reader"]
