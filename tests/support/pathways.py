"""A pathway page with companion tables, mapped in memory: its statements and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox

from rdfkit.mapping import dispatch
from rdfkit.mapping.jsonld.statements import to_n_quads
from rdfkit.mapping.lookups import Lookup, Site
from rdfkit.mapping.recognition import read_page
from rdfkit.pipeline.converter import map_document
from rdfkit.rdf.identifiers import compress
from rdfkit.report import Result
from rdfkit.sources.discovery import SourceFile
from rdfkit.sources.tables import TableFile, table_kinds

VERSION = "wikipathways:WP1_r2"
_PAGE = "---\nwpid: WP1\nrevision: r2\ntitle: A pathway\norganisms:\n{organisms}description: Words.\n---\n"


@dataclass(frozen=True)
class MappedPathway:
    """The triples of a page, as compact texts, and the findings of its mapping."""

    triples: frozenset[tuple[str, str, str]]
    problems: list[Result]
    definitions: list[tuple[str, str, str]]
    refused: int

    def of(self, subject: str) -> set[tuple[str, str]]:
        """What is said of a subject."""
        return {(predicate, value) for found, predicate, value in self.triples if found == subject}

    def subjects(self, predicate: str, value: str) -> set[str]:
        """Of what this is said."""
        return {found for found, said, other in self.triples if (said, other) == (predicate, value)}

    def objects(self, subject: str, predicate: str) -> set[str]:
        """The values of a property."""
        return {value for found, said, value in self.triples if (found, said) == (subject, predicate)}

    @property
    def told(self) -> list[tuple[str, str, int | None]]:
        """Severity, rule and line of each finding about a table."""
        return [
            (found.severity.value, found.rule, found.line)
            for found in self.problems
            if (found.path or "").endswith(".tsv")
        ]


def columns(kind: str = "datanodes") -> list[str]:
    """The columns of a table as the site writes them."""
    found = list(table_kinds()[kind].columns)
    return [*found[:3], "Comment", *found[3:]] if kind == "datanodes" else found


def table(rows: Sequence[Sequence[str]], header: Sequence[str] | None = None, kind: str = "datanodes") -> str:
    """The text of a table; cells that a row lacks at its end are empty."""
    names = list(header or columns(kind))
    lines = [names, *([*row, *[""] * (len(names) - len(row))] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def map_pathway(
    folder: Path,
    tables: Mapping[str, str],
    organisms: Sequence[str] = ("Homo sapiens",),
    answers: Mapping[Lookup, str] | None = None,
) -> MappedPathway:
    """The page of a pathway with these tables, by kind, and these answers to what it looks up."""
    path = folder / "WP1.md"
    path.write_text(_PAGE.format(organisms="".join(f"- {name}\n" for name in organisms)), encoding="utf-8")
    files = {}
    for kind, text in tables.items():
        file = folder / f"WP1-{kind}.tsv"
        file.write_text(text, encoding="utf-8")
        files[kind] = TableFile(kind, str(file), str(file))
    page = read_page(SourceFile(str(path), str(path), "_pathways/WP1.md", True))
    assert page is not None
    page, site = replace(page, tables=files), Site(answers or {})
    dispatch.define(page, site)
    done = map_document(page, dispatch.to_document(page, site))
    quads = ox.parse(to_n_quads(done.statements, "urn:x:page").encode(), ox.RdfFormat.N_QUADS)
    return MappedPathway(
        frozenset((_shown(q.subject), _shown(q.predicate), _shown(q.object)) for q in quads),
        done.document.problems,
        list(site.definitions),
        sum(tally.refused for tally in done.document.rows.values()),
    )


def _shown(term: object) -> str:
    if isinstance(term, ox.NamedNode):
        return compress(term.value)
    return str(term)
