"""One page in memory, mapped as if it were alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from rdfkit.mapping import dispatch
from rdfkit.mapping.jsonld.statements import to_n_triples
from rdfkit.mapping.lookups import Answers, Site
from rdfkit.mapping.recognition import parse_page
from rdfkit.pipeline.converter import map_document
from rdfkit.rdf.identifiers import compress, expand
from rdfkit.report import Result
from rdfkit.sources.discovery import SourceFile
from rdfkit.sources.tables import TableFile

BLOCK = "schema-jsonld: {'@context': 'https://schema.org/', '@type': Dataset}"


class Told(NamedTuple):
    """What a page says, and what was found on the way."""

    triples: tuple[ox.Triple, ...]
    problems: tuple[Result, ...]

    def values(self, subject: str, predicate: str) -> list[str]:
        """The values of a property, both named by CURIEs or IRIs, sorted; IRIs as CURIEs."""
        wanted = ox.NamedNode(expand(subject)), ox.NamedNode(expand(predicate))
        found = [one.object for one in self.triples if (one.subject, one.predicate) == wanted]
        return sorted(
            compress(term.value) if isinstance(term, ox.NamedNode) else term.value for term in found
        )

    def subjects(self, predicate: str, value: str) -> list[str]:
        """The IRIs of what has an IRI for a property, sorted."""
        wanted = ox.NamedNode(expand(predicate)), ox.NamedNode(expand(value))
        return sorted(one.subject.value for one in self.triples if (one.predicate, one.object) == wanted)

    @property
    def rules(self) -> list[str]:
        """The rules of all problems, in order."""
        return [problem.rule for problem in self.problems]


def told_by(
    text: str,
    name: str = "page.md",
    *,
    folder: Path | None = None,
    tables: Mapping[str, str] | None = None,
    answers: Answers | None = None,
) -> Told:
    """What a page of this front matter says.

    `tables` are the texts of its companion tables by kind, written into `folder`, in which the page then lies, too.
    """
    path = str(folder / name) if folder else name
    page = parse_page(f"---\n{text.strip()}\n---\n".encode(), SourceFile(path, path, name, named=True))
    found = {}
    for kind, rows in (tables or {}).items():
        assert folder is not None
        file = folder / f"{page.id}-{kind}.tsv"
        file.write_text(rows, encoding="utf-8")
        found[kind] = TableFile(kind, str(file), str(file))
    page = replace(page, tables=found)
    mapped = map_document(page, dispatch.to_document(page, Site(answers or {})))
    triples = ox.parse(to_n_triples(mapped.statements), ox.RdfFormat.N_TRIPLES)
    problems = dict.fromkeys(mapped.document.problems)
    return Told(tuple(quad.triple for quad in triples), tuple(problems))
