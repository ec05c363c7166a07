"""Builds the store over and over, one generation after another, until killed.

Arguments: the store, the number of the first generation, how many quads. Each generation is named in all
of its quads and in its metadata. Prints each number once the build is done.
"""

import sys
from itertools import count

import pyoxigraph as ox

from rdfkit.store.builds import building


def quads(generation, number):
    """The quads of one generation, all of which name it."""
    for index in range(number):
        yield ox.Quad(
            ox.NamedNode(f"http://ex/thing{index}"),
            ox.NamedNode("http://ex/generation"),
            ox.Literal(generation),
            ox.NamedNode(f"http://ex/page{index % 7}"),
        )


def main(path, first, number):
    """Builds from generation `first` on."""
    for generation in count(int(first)):
        with building(path, lambda folder: False) as stage:
            stage.load(quads(generation, int(number)))
            stage.commit({"generation": generation})
        print(generation, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
