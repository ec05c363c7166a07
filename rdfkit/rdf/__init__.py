"""Terms and formats of RDF: CURIEs, IRIs, prefixes, named graphs, formats, the serializer."""

__all__ = ["formats", "graphs", "identifiers", "iris", "quads", "rdfxml", "serializer", "taxa", "terms"]
