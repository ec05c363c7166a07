"""Where things are: the clone that is measured, the folder for what is made on the way, the results."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
BENCHMARKS = PROJECT / "benchmarks"
WORK = BENCHMARKS / ".work"
RESULTS = BENCHMARKS / "results"
README = PROJECT / "README.md"
SHARED = PROJECT.parent / "shared"
MAKE_FIGURES = SHARED / "tools" / "make_figures.py"
JENA = SHARED / "tools" / "jena"
PATHWAYS = SHARED / "data" / "wikipathways"
# An environment of its own: it needs an older pyoxigraph than rdfkit.
MORPH_PYTHON = WORK / "morph-kgc" / "bin" / "python"
