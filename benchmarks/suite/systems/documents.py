"""Makes the input of the JSON-LD parsers and of Morph-KGC: documents.py FIGURES OUT.jsonl ROWS.json

One JSON-LD document to a line: what rdfkit makes of a page before it becomes RDF. Their context holds only terms
and prefixes that some of these pages use, for the whole of schema.org's would slow the peers down. ROWS.json has the
same pages as flat rows, since RML cannot reach from a row of a list to the page it is in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from tasks import tasks
from telling import Clock

from rdfkit.mapping.document import Document, Node
from rdfkit.mapping.jsonld import contexts
from rdfkit.pipeline.converter import map_task
from rdfkit.sources.page import Page
from rdfkit.sources.tables import read_rows


def main() -> None:
    """Writes both files."""
    clock = Clock()
    mapped = [one for some in tasks(sys.argv[1]) for task in some if (one := map_task(task, {})) is not None]
    documents = [one.document for one in mapped]
    own, schema = _context("figure", _nodes(documents)), _context("schema", _schema_nodes(documents))
    with Path(sys.argv[2]).open("w", encoding="utf-8") as out:
        for document in documents:
            # Each context where the nodes are that need it: those of two contexts share names.
            graphs = [
                {"@context": own, "@graph": list(document.nodes)},
                {"@context": schema, "@graph": document.schema_nodes},
            ]
            out.write(json.dumps(graphs, ensure_ascii=False) + "\n")
    rows = [_rows(one.page) for one in mapped]
    tables = {name: list(chain.from_iterable(one[name] for one in rows)) for name in rows[0]}
    Path(sys.argv[3]).write_text(json.dumps(tables, ensure_ascii=False), encoding="utf-8")
    clock.tell(pages=len(documents))


def _nodes(documents: list[Document]) -> list[Node]:
    return [node for document in documents for node in document.nodes]


def _schema_nodes(documents: list[Document]) -> list[Node]:
    return [node for document in documents for node in document.schema_nodes]


def _context(name: str, nodes: list[Node]) -> dict[str, Any]:
    """A context without the terms and prefixes that neither the nodes nor the rest of the context use."""
    whole = contexts.context(name)
    words = set(_words(nodes))
    kept = {term: value for term, value in whole.items() if term in words or term.startswith("@")}
    while True:
        needed = {word.partition(":")[0] for word in _words(list(kept.values()))} & set(whole) - set(kept)
        if not needed:
            return kept
        kept |= {term: whole[term] for term in needed}


def _words(value: object) -> Iterator[str]:
    """Every key and every text, and what may be the prefix of it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)
    elif isinstance(value, str):
        yield value
        yield value.partition(":")[0]


def _rows(page: Page) -> dict[str, list[dict[str, str]]]:
    """The page and its gene rows, flat."""
    names = (
        "figid",
        "figtitle",
        "caption",
        "number",
        "filename",
        "figlink",
        "pmcid",
        "papertitle",
        "reftext",
    )
    texts = {
        name: text for name in (*names, "year") if isinstance(text := page.fields.get(name), str) and text
    }
    genes = [
        {
            "figid": page.id,
            "row": str(number),
            "word": gene["word"],
            "symbol": gene["symbol"],
            "source": gene["source"],
            "label": gene["label"],
            "entrez": gene["entrez"],
        }
        for number, gene in enumerate(_genes(page), start=1)
    ]
    return {"figures": [texts], "genes": genes, "keywords": _keywords(page)}


def _genes(page: Page) -> Iterator[dict[str, str]]:
    own = page.fields.get("genes", [])
    for row in own if isinstance(own, list) else []:
        if isinstance(row, dict) and row.get("entrez"):
            yield {
                "word": str(row["word"]),
                "symbol": str(row["symbol"]),
                "source": str(row["source"]),
                "label": str(row["hgnc_symbol"]),
                "entrez": str(row["entrez"]),
            }
    for line in read_rows(page.tables["genes"]) if "genes" in page.tables else ():
        row = line.texts or {}
        yield {
            "word": row["word"],
            "symbol": row["match"],
            "source": row["source"],
            "label": row["ncbigene_symbol"],
            "entrez": row["ncbigene_id"],
        }


def _keywords(page: Page) -> list[dict[str, str]]:
    block = page.fields.get("schema-jsonld", {})
    found = block.get("keywords", []) if isinstance(block, dict) else []
    return [{"figid": page.id, "keyword": str(word)} for word in found] if isinstance(found, list) else []


if __name__ == "__main__":
    main()
