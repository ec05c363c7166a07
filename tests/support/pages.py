"""Single pages in memory: what a text becomes with what is known of the rest of its site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pyoxigraph as ox

from rdfkit.mapping import dispatch
from rdfkit.mapping.jsonld.statements import statements, to_n_triples
from rdfkit.mapping.lookups import Answers, Site
from rdfkit.mapping.recognition import parse_page
from rdfkit.rdf.identifiers import compress, expand
from rdfkit.report import Result
from rdfkit.sources.discovery import SourceFile
from rdfkit.sources.page import Page

PATHWAY = {
    "wpid": "WP1",
    "title": "A pathway",
    "revision": "r1",
    "organisms": "[Homo sapiens]",
    "description": "Words.",
}
VERSION = "wikipathways:WP1_r1"
PAGE = "https://www.wikipathways.org/pathways/WP1.html"


class Made(NamedTuple):
    """What a page became: its triples, what was found in it, what it looked up and defined."""

    triples: list[ox.Triple]
    problems: list[Result]
    site: Site

    def objects(self, subject: str, predicate: str) -> list[str]:
        """The objects of a subject for a predicate (IRIs or CURIEs), IRIs as CURIEs, literals as texts; sorted."""
        found = (
            triple.object
            for triple in self.triples
            if triple.subject == ox.NamedNode(expand(subject)) and triple.predicate.value == expand(predicate)
        )
        return sorted(
            compress(term.value) if isinstance(term, ox.NamedNode) else term.value for term in found
        )  # type: ignore[union-attr]

    def subjects(self, predicate: str, value: str) -> list[str]:
        """The subjects that have an IRI for a predicate, as CURIEs, sorted."""
        wanted = ox.NamedNode(expand(value))
        found = (
            one for one in self.triples if one.predicate.value == expand(predicate) and one.object == wanted
        )
        return sorted(compress(one.subject.value) for one in found)  # type: ignore[union-attr]

    def rules(self) -> list[str]:
        """The rules of what was found, in order."""
        return [problem.rule for problem in self.problems]


def parsed(text: str, path: str = "_pathways/WP1.md") -> Page:
    """The page of a front matter."""
    return parse_page(f"---\n{text}\n---\n".encode(), SourceFile(path, path, path, named=True))


def made(text: str, answers: Answers | None = None, path: str = "_pathways/WP1.md") -> Made:
    """What a front matter becomes."""
    site, page = Site(answers or {}), parsed(text, path)
    dispatch.define(page, site)
    document = dispatch.to_document(page, site)
    found = to_n_triples(statements(document))
    triples = [quad.triple for quad in ox.parse(found.encode(), ox.RdfFormat.N_TRIPLES)]
    return Made(triples, document.problems, site)


def pathway(answers: Answers | None = None, **keys: str) -> Made:
    """What a pathway page becomes that has some keys, in YAML, beside those that it needs."""
    return made(front_matter(PATHWAY, keys), answers)


def front_matter(*parts: Mapping[str, str] | Iterable[tuple[str, str]]) -> str:
    """Front matter of keys and YAML values; of a key that stands twice the last counts."""
    keys: dict[str, str] = {}
    for part in parts:
        keys.update(part)
    return "\n".join(
        f"{key.replace('_', '-') if key == 'last_edited' else key}: {value}" for key, value in keys.items()
    )
