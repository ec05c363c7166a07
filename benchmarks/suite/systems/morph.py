"""Rows in JSON into RDF by Morph-KGC: morph.py ROWS.json MAPPING.yarrrml OUT.nt"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import morph_kgc
from telling import Clock, stay_on_one_core


def main() -> None:
    """One file of N-Triples."""
    stay_on_one_core()
    rows, mapping, out = map(Path, sys.argv[1:4])
    pages = len(json.loads(rows.read_bytes())["figures"])
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / "mapping.yarrrml"
        named.write_text(mapping.read_text(encoding="utf-8").replace("ROWS", str(rows)), encoding="utf-8")
        clock = Clock()
        settings = (
            f"[CONFIGURATION]\nnumber_of_processes: 1\nlogging_level: ERROR\n[rows]\nmappings: {named}\n"
        )
        found = morph_kgc.materialize_set(settings)
        out.write_text("".join(f"{triple} .\n" for triple in found), encoding="utf-8")
        clock.tell(pages=pages)


if __name__ == "__main__":
    main()
