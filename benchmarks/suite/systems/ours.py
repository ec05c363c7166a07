"""rdfkit's conversion alone, in one process: ours.py FIGURES OUT.nq"""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from tasks import tasks
from telling import Clock, stay_on_one_core

from rdfkit.pipeline.converter import Batch, convert_batch


def main() -> None:
    """Pages and tables into one file of N-Quads."""
    stay_on_one_core()
    # As in the workers of a build.
    gc.disable()
    clock = Clock()
    pages = 0
    with Path(sys.argv[2]).open("w", encoding="utf-8") as out:
        for some in tasks(sys.argv[1]):
            for outcome in convert_batch(Batch(some, {}, None)):
                out.write(outcome.n_quads())
                pages += 1
    clock.tell(pages=pages)


if __name__ == "__main__":
    main()
