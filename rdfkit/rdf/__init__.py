"""Terms and formats of RDF: CURIEs, IRIs, prefixes, named graphs, formats, the serializer."""
