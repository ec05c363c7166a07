"""pyshacl on a file of N-Triples: pyshacl_alone.py DATA.nt SHAPES.ttl RESULTS.json

Writes how many results each shape has. Tells the seconds of all, and of the validation without the reading.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

import pyshacl
from rdflib import SH, Graph
from telling import Clock


def main() -> None:
    """Reads, validates, counts."""
    clock = Clock()
    data, shapes = Graph().parse(sys.argv[1], format="nt"), Graph().parse(sys.argv[2], format="turtle")
    started = time.perf_counter()
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    engine = time.perf_counter() - started
    found = report.objects(None, SH.result)
    counts = Counter(str(report.value(result, SH.sourceShape)).rpartition("#")[2] for result in found)
    Path(sys.argv[3]).write_text(json.dumps(counts), encoding="utf-8")
    clock.tell(triples=len(data), results=counts.total(), engine_seconds=engine)


if __name__ == "__main__":
    main()
