"""JSON-LD documents into RDF by pyld, page by page: pyld_jsonld.py DOCUMENTS.jsonl OUT.nq"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pyld import jsonld
from telling import Clock, stay_on_one_core


def main() -> None:
    """One file of N-Quads from all documents."""
    stay_on_one_core()
    clock = Clock()
    pages = 0
    with (
        Path(sys.argv[1]).open(encoding="utf-8") as lines,
        Path(sys.argv[2]).open("w", encoding="utf-8") as out,
    ):
        for line in lines:
            out.write(jsonld.to_rdf(json.loads(line), {"format": "application/n-quads"}))
            pages += 1
    clock.tell(pages=pages)


if __name__ == "__main__":
    main()
