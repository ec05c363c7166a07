"""Begins a build of the store named as the argument, loads a quad, says so, and waits to be killed."""

import signal
import sys

import pyoxigraph as ox

from rdfkit.store.builds import building

with building(sys.argv[1], lambda folder: False) as stage:
    stage.load([ox.Quad(ox.NamedNode("http://ex/a"), ox.NamedNode("http://ex/b"), ox.Literal("half"))])
    print("holding", flush=True)
    signal.pause()
