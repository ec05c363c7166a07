"""Builds a store, or watches it, as a process that is to be stopped: build or watch, STORE, SOURCES."""

from __future__ import annotations

import sys
import threading

import rdfkit
from rdfkit.errors import RdfkitError
from rdfkit.pipeline.watch import watch

if __name__ == "__main__":
    how, store, *sources = sys.argv[1:]
    print("ready", flush=True)
    if how == "build":
        rdfkit.build(sources, store)
    else:
        for done in watch(lambda: rdfkit.build(sources, store), sources, threading.Event()):
            print("failed" if isinstance(done, RdfkitError) else "built", flush=True)
