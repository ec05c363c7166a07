"""JSON-LD documents into RDF by rdflib's parser, page by page: rdflib_jsonld.py DOCUMENTS.jsonl OUT.nt"""

from __future__ import annotations

import sys
from pathlib import Path

from rdflib import Graph
from telling import Clock, stay_on_one_core


def main() -> None:
    """One file of N-Triples from all documents."""
    stay_on_one_core()
    clock = Clock()
    pages = 0
    with Path(sys.argv[1]).open(encoding="utf-8") as lines, Path(sys.argv[2]).open("wb") as out:
        for line in lines:
            out.write(Graph().parse(data=line, format="json-ld").serialize(format="nt", encoding="utf-8"))
            pages += 1
    clock.tell(pages=pages)


if __name__ == "__main__":
    main()
