"""Parts what a page says: what only it can say is in its own graph, what others may say as well in a shared one.

Own is every triple with a node of the page: its subject or object is the page, a part of it, or the pathway's version.
All else is a description of a node that other pages may describe, too. It stands once in the graph for such nodes, for
as long as one page says it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rdfkit.mapping.jsonld.statements import Statements, to_n_triples
from rdfkit.rdf.graphs import is_listed, shared_graph
from rdfkit.rdf.identifiers import expand
from rdfkit.store.catalogue import dataset_of, space_of

_DIGEST_BYTES = 8
# IRIs that many pages name: terms, genes, accounts.
_REMEMBERED = 20_000
_PATHWAYS = expand("wikipathways:")
# How the nodes of a version of a pathway end: see `part`.
_VERSIONED = re.compile(r"/WP[^/]*_r[^/]*$")


@dataclass(frozen=True, slots=True)
class Description:
    """What a page says of a node that others may describe, too.

    `digest` names the text, which has the lines of N-Triples; `text` is None where it was given before. `is_foreign`
    says that a page may say one of the lines for itself.
    """

    digest: int
    subject: str
    text: str | None
    is_foreign: bool
    space: str

    def n_quads(self) -> str:
        """Its lines as N-Quads in the shared graph; empty where the text was given before."""
        return (self.text or "").replace(" .\n", f" <{self.graph}> .\n")

    @property
    def graph(self) -> str:
        """The shared graph that it stands in."""
        return shared_graph(self.subject, self.space)


def local_to(graph: str) -> Callable[[str], bool]:
    """Whether a subject is one that only the page of this graph describes: the page, or a part of it."""
    page, part = f"<{graph}>", f"<{graph}#"
    return lambda subject: subject == page or subject.startswith(part)


def part(statements: Statements, graph: str, version: str | None) -> tuple[Statements, Statements]:
    """The statements of a page's own graph, and those about nodes that others may describe, too.

    `version` is the name of the version of a pathway (`WP364_r142066`), with which the IRIs of all its nodes end, or
    whose parts they are.
    """
    own: Statements = {}
    shared: Statements = {}
    # A page that is named like a node of a shared graph has no nodes that it alone describes.
    is_local = _never if is_listed(graph) else local_to(graph)
    is_of_version = _of_version(version) if version is not None else _never
    # Whether an object may be a node of a page is known by its address.
    may_own_objects = dataset_of(None, graph) is not None
    for subject, said in statements.items():
        if is_local(subject) or is_of_version(subject):
            own[subject] = said
            continue
        # Of a node that no shared graph is made for, the page that it belongs to may say the same.
        is_node = is_listed(subject[1:])
        for predicate, values in said.items():
            mine = [
                value
                for value in values
                if is_node and (is_of_version(value) or (may_own_objects and is_local(value)))
            ]
            if mine:
                own.setdefault(subject, {})[predicate] = mine
            if len(mine) < len(values):
                rest = [value for value in values if value not in mine] if mine else values
                shared.setdefault(subject, {})[predicate] = rest
    return own, shared


def _of_version(version: str) -> Callable[[str], bool]:
    end, start = f"/{version}>", f"<{_PATHWAYS}{version}#"
    return lambda term: term[0] == "<" and (term.endswith(end) or term.startswith(start))


def _never(term: str) -> bool:
    return False


def describe(shared: Statements, dataset: str | None) -> Iterator[Description]:
    """The descriptions of shared nodes that a page of a dataset gives."""
    space = space_of(dataset)
    for subject, said in shared.items():
        text = to_n_triples({subject: said})
        digest = hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest()
        number = int.from_bytes(digest, signed=True)
        yield Description(number, subject[1:-1], text, _is_foreign(subject, said), space)


def _is_foreign(subject: str, said: dict[str, list[str]]) -> bool:
    """Whether the subject or an object may be a node of a page that says the same."""
    return (
        not is_listed(subject[1:])
        or _VERSIONED.search(subject[1:-1]) is not None
        or any(
            value[0] == "<" and _may_be_of_a_page(value[1:-1]) for values in said.values() for value in values
        )
    )


@lru_cache(_REMEMBERED)
def _may_be_of_a_page(iri: str) -> bool:
    if is_listed(iri):
        return _VERSIONED.search(iri) is not None
    return dataset_of(None, iri) is not None or iri.startswith(_PATHWAYS)
