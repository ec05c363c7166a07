"""Ontologies: OBO, RDF/XML and Turtle read to one model."""
