"""A store of RDF that was made elsewhere: files of one's own, beside what pages made or alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from rdfkit.sources.locations import all_normal
from rdfkit.sources.rdf_files import holds_rdf as holds_rdf
from rdfkit.sources.rdf_files import read_rdf
from rdfkit.store import DEFAULT_PATH, current_build
from rdfkit.store.builds import UPDATES, Stage, building, changing
from rdfkit.store.updates import OWN
from rdfkit.version import __version__


def load_rdf(paths: str | Path | Iterable[str | Path], store_path: str | Path = DEFAULT_PATH) -> int:
    """Adds the quads of RDF files to the store at `store_path`, which is made if it is not there; gives their number.

    Triples without a graph go to the default graph. Nothing is checked with SHACL. To a build from pages it is an
    update, which that would have to discard. Raises SourceError for what is no RDF, StoreError when the store cannot be
    written.
    """
    files = [Path(path) for path in all_normal(paths)]
    # All are read before the store is touched.
    quads = [quad for path in files for quad in read_rdf(path)]
    root = Path(store_path)
    if root.is_dir() and current_build(root) is not None:
        with changing(root) as (stage, metadata):
            kept = {key: value for key, value in metadata.items() if key not in OWN}
            _commit(stage, quads, kept)
    else:
        with building(root, lambda _: False) as stage:
            _commit(stage, quads, {"rdfkit": __version__})
    return len(quads)


def _commit(stage: Stage, quads: list[ox.Quad], metadata: dict[str, object]) -> None:
    stage.change(lambda graph: graph.bulk_extend(quads))
    number = metadata.get(UPDATES, 0)
    stage.commit({**metadata, UPDATES: (number if isinstance(number, int) else 0) + 1})
