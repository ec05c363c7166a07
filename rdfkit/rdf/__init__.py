"""Terms and formats of RDF: CURIEs, IRIs, prefixes, named graphs, formats, the serializer."""

__all__ = [
    "blank_nodes",
    "databases",
    "formats",
    "graphs",
    "identifiers",
    "iris",
    "quads",
    "rdfxml",
    "reading",
    "serializer",
    "taxa",
    "terms",
]
