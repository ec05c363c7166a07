"""What every system does around its work: stays on one core, and tells what it did on its last line.

Standard library alone, for systems live in environments of their own.
"""

from __future__ import annotations

import json
import os
import sys
import time


def stay_on_one_core() -> None:
    """Keeps this process on one core, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


class Clock:
    """Starts when made: what a system imports is not counted, what it reads and writes is."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def tell(self, **numbers: object) -> None:
        """Prints the seconds since the start, with other numbers."""
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        sys.stdout.write(f"\n{json.dumps({'seconds': wall, 'cpu_seconds': cpu, **numbers})}")
