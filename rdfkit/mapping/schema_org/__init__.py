"""The schema-jsonld block of a page, made ready for a JSON-LD 1.1 processor that never fetches anything.

JSON-LD drops what it cannot map without a word: unknown keys, relative IRIs, types that are no IRIs. So a
block is shaped before it is processed. What would vanish is repaired where the meaning is plain (`CC0` is a
licence, a nested node is a part of the page), kept as a plain literal where it is not, and noted either way.

Known names of schema.org with the texts that belong under them, which is all that pages of both sites have, are taken
as they stand. What anything else means is asked of the processor, entry by entry (`readings`). A block with the context
of schema.org becomes nodes for `jsonld/contexts/schema.jsonld`, which follows the context that schema.org publishes. A
block with a context of its own keeps it; schema.org inside is put in its place.

One module for each step: `trees` (the block as texts, lists and mappings) → `contexts` → `readings` (what the processor
reads) → `values` → `nodes` → `shaped` (the block). `problems` holds what is wrong, `places` where something stands and
the IRIs under the page, `vocabulary` the names that schema.org and licences have.
"""

from rdfkit.mapping.schema_org.contexts import is_usual, packaged_context
from rdfkit.mapping.schema_org.problems import Problem
from rdfkit.mapping.schema_org.shaped import Shaped, documents, page_iri
from rdfkit.mapping.schema_org.trees import parts
from rdfkit.mapping.schema_org.vocabulary import LICENCE_PROPERTIES, licence

__all__ = [
    "LICENCE_PROPERTIES",
    "Problem",
    "Shaped",
    "documents",
    "is_usual",
    "licence",
    "packaged_context",
    "page_iri",
    "parts",
]
