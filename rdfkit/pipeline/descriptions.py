"""Parts what a page says: what only it can say is in its own graph, what others may say as well in a shared one.

Own is every triple with a node of the page: its subject or object is the page, a part of it, or the pathway's version.
All else is a description of a node that other pages may describe, too. It stands once in the graph for such nodes, for
as long as one page says it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rdfkit.mapping.jsonld.statements import Statements, to_n_triples
from rdfkit.rdf.graphs import is_listed, shared_graph
from rdfkit.rdf.identifiers import expand

_DIGEST_BYTES = 8
_TYPE = f"<{expand('rdf:type')}>"


@dataclass(frozen=True, slots=True)
class Description:
    """What a page says of a node that others may describe, too.

    `digest` names the text, which has the lines of N-Triples; `text` is None where it was given before. `is_foreign`
    says that a page of its own may say one of the lines.
    """

    digest: int
    subject: str
    text: str | None
    is_foreign: bool

    def n_quads(self) -> str:
        """Its lines as N-Quads in the shared graph; empty where the text was given before."""
        return (self.text or "").replace(" .\n", f" <{self.graph}> .\n")

    @property
    def graph(self) -> str:
        """The shared graph that it stands in."""
        return shared_graph(self.subject)


def local_to(graph: str) -> Callable[[str], bool]:
    """Whether a subject is one that only the page of this graph describes: the page, or a part of it."""
    page, part = f"<{graph}>", f"<{graph}#"
    return lambda subject: subject == page or subject.startswith(part)


def owned_by(graph: str, version: str | None) -> Callable[[str], bool]:
    """Whether a term, as in N-Triples, is a node of a page: local, or of the version of its pathway.

    `version` is the name of the version (`WP364_r142066`), with which the IRIs of all its nodes end, or whose parts
    they are.
    """
    # A page that is named like a node of a shared graph has no nodes that it alone describes.
    is_local = local_to(graph) if not is_listed(graph) else _never
    if version is None:
        return is_local
    end, part = f"/{version}>", f"<{expand(f'wikipathways:{version}')}#"
    return lambda term: is_local(term) or (term[0] == "<" and (term.endswith(end) or term.startswith(part)))


def _never(term: str) -> bool:
    return False


def part(statements: Statements, is_own: Callable[[str], bool]) -> tuple[Statements, Statements]:
    """The statements of a page's own graph, and those about nodes that others may describe, too."""
    own: Statements = {}
    shared: Statements = {}
    for subject, said in statements.items():
        if is_own(subject):
            own[subject] = said
            continue
        # Of a node that no shared graph is made for, the page that it belongs to may say the same.
        takes_objects = is_listed(subject[1:])
        for predicate, values in said.items():
            mine = [value for value in values if takes_objects and is_own(value)]
            if mine:
                own.setdefault(subject, {})[predicate] = mine
            if len(mine) < len(values):
                rest = [value for value in values if value not in mine] if mine else values
                shared.setdefault(subject, {})[predicate] = rest
    return own, shared


def describe(shared: Statements) -> Iterator[Description]:
    """The descriptions of shared nodes."""
    for subject, said in shared.items():
        text = to_n_triples({subject: said})
        digest = hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest()
        number = int.from_bytes(digest, signed=True)
        yield Description(number, subject[1:-1], text, _is_foreign(subject, said))


def _is_foreign(subject: str, said: dict[str, list[str]]) -> bool:
    """Whether the subject, or the object of a statement other than a class, may be a node of some page."""
    return not is_listed(subject[1:]) or any(
        value[0] == "<" and not is_listed(value[1:])
        for predicate, values in said.items()
        if predicate != _TYPE
        for value in values
    )
