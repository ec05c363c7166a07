"""What `rdfkit publish` leaves at an endpoint beside the graphs: a graph that says which they are, and their merge.

The graph `PUBLISHED` has the hash and the number of triples of each graph, and what the build says of itself. `MERGED`
has each triple once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from rdfkit.errors import RemoteError
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.terms import Term

PUBLISHED = ox.NamedNode(expand("pfocr:published"))
MERGED = ox.NamedNode(expand("pfocr:merged"))
HIDDEN = (PUBLISHED.value, MERGED.value)
# In place of the hash of a graph that is being sent, or was when sending broke off.
PENDING = "pending"

_HASH, _TRIPLES, _BUILD = expand("schema:sha256"), expand("void:triples"), expand("schema:text")
# Which graphs were published, for `rewriting.about`.
NAMED = f"GRAPH {PUBLISHED} {{{{ {{}} <{_TRIPLES}> [] }}}}"
# The hash and the number of triples of each graph.
RECORDED = f"GRAPH {PUBLISHED} {{ ?g <{_HASH}> ?hash OPTIONAL {{ ?g <{_TRIPLES}> ?n }} }}"
# As `?o`: what the build says of itself, and the hash of `MERGED`.
STATE = f"GRAPH {PUBLISHED} {{ {{ {PUBLISHED} <{_BUILD}> ?o }} UNION {{ {MERGED} <{_HASH}> ?o }} }}"


@dataclass(frozen=True, slots=True)
class Sent:
    """A graph as it was published: the hash of its triples (`PENDING` when nobody knows), and how many there are."""

    digest: str
    triples: int


def record(graphs: Mapping[str, Sent]) -> bytes:
    """What the graph `PUBLISHED` says of these graphs, as N-Triples."""
    lines = (
        f'<{name}> <{_HASH}> "{sent.digest}" .\n'
        + (f"<{name}> <{_TRIPLES}> {ox.Literal(sent.triples)} .\n" if name != MERGED.value else "")
        for name, sent in graphs.items()
    )
    return "".join(lines).encode()


def build_record(metadata: Mapping[str, object]) -> bytes:
    """What it says of the build, as N-Triples."""
    text = ox.Literal(json.dumps(metadata, ensure_ascii=False, sort_keys=True))
    return f"{PUBLISHED} <{_BUILD}> {text} .\n".encode()


def forget(names: Sequence[str]) -> str:
    """The update that takes from the graph `PUBLISHED` what it says of some subjects."""
    values = " ".join(f"<{name}>" for name in names)
    inner = f"GRAPH {PUBLISHED} {{ ?s ?p ?o }}"
    return f"DELETE {{ {inner} }} WHERE {{ VALUES ?s {{ {values} }} {inner} }}"


def read_records(rows: Iterable[Sequence[Term | None]]) -> dict[str, Sent]:
    """The graphs by the solutions of `RECORDED`, with `MERGED` among them."""
    found: dict[str, Sent] = {}
    for name, digest, count in rows:
        if isinstance(name, ox.NamedNode):
            # Two hashes of a graph come from two who published at the same time.
            known = PENDING
            if isinstance(digest, ox.Literal) and name.value not in found:
                known = digest.value
            found[name.value] = Sent(known, int(count.value) if isinstance(count, ox.Literal) else 0)
    return found


def read_metadata(text: str, url: str) -> dict[str, Any]:
    """What a build says of itself. Raises RemoteError (`malformed`), with the URL of the endpoint that said it."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise RemoteError.of("malformed", url, f"does not say in JSON what is published: {error}") from error
    if not isinstance(found, dict):
        raise RemoteError.of("malformed", url, "does not say what is published: this is no JSON object")
    return found
