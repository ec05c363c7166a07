"""An ontology while it is read: what was said of each term, and what is odd about it."""

from __future__ import annotations

import graphlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from rdfkit.errors import SourceError
from rdfkit.rdf.identifiers import compress
from rdfkit.report import Result, Severity
from rdfkit.sources.ontologies.model import OBO_NAMESPACE, OBO_TERM, Ontology, Term

KNOWN = "an ontology in OBO, RDF/XML or Turtle, gzipped or not"


@dataclass(slots=True)
class _TermDraft:
    is_class: bool = False
    deprecated: bool = False
    labels: set[tuple[int, str]] = field(default_factory=set)
    parents: set[str] = field(default_factory=set)
    replaced_by: set[str] = field(default_factory=set)
    consider: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Header:
    titles: set[tuple[int, str]] = field(default_factory=set)
    versions: set[tuple[int, str]] = field(default_factory=set)
    licences: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Draft:
    """What a reader has found so far.

    Texts stand with a rank, of which the lowest is the best. All is kept in sets, so that the order in the file
    is of no account.
    """

    iris: set[str] = field(default_factory=set)
    imports: int = 0
    headers: dict[str, _Header] = field(default_factory=dict)
    terms: dict[str, _TermDraft] = field(default_factory=dict)
    problems: list[Result] = field(default_factory=list)

    def term(self, iri: str) -> _TermDraft:
        return self.terms.setdefault(iri, _TermDraft())

    def header(self, iri: str) -> _Header:
        return self.headers.setdefault(iri, _Header())

    def finished(self, path: Path) -> Ontology:
        drafts = {iri: draft for iri, draft in sorted(self.terms.items()) if draft.is_class}
        if not drafts:
            raise SourceError("describes no term", path=str(path), expected=KNOWN)
        terms = tuple(
            Term(
                iri=iri,
                label=_best(draft.labels),
                # Each class is a subclass of itself anyway, and no hierarchy is read with such a loop.
                parents=tuple(sorted(draft.parents - {iri})),
                deprecated=draft.deprecated,
                replaced_by=tuple(sorted(draft.replaced_by)),
                consider=tuple(sorted(draft.consider)),
            )
            for iri, draft in drafts.items()
        )
        own = self._own_iri(terms, path)
        header = self.header(own)
        self.problems.extend(_imports(self.imports, path))
        self.problems.extend(_two_labels(drafts, path))
        self.problems.extend(_own_parents(drafts, path))
        self.problems.extend(_missing_parents(terms, path))
        self.problems.extend(_cycle(terms, path))
        return Ontology(
            iri=own,
            path=str(path),
            title=_best(header.titles),
            version=_best(header.versions),
            licence=min(header.licences, default=None),
            terms=terms,
            problems=tuple(self.problems),
        )

    def _own_iri(self, terms: tuple[Term, ...], path: Path) -> str:
        named = sorted(self.iris)
        if len(named) == 1:
            return named[0]
        prefixes = Counter(match[1] for term in terms if (match := OBO_TERM.fullmatch(term.iri)))
        if named:
            own = named[0]
            problem = f"has {len(named)} ontologies; all of it is taken for the first, {own}"
        elif prefixes:
            most = min(prefixes, key=lambda prefix: (-prefixes[prefix], prefix))
            own = f"{OBO_NAMESPACE}{most.lower()}.owl"
            problem = f"does not name its ontology; by its terms it is taken for {own}"
        else:
            raise SourceError(
                "does not name its ontology", path=str(path), expected="an owl:Ontology with an IRI"
            )
        self.problems.append(_warning("ontology-name", problem, path, value=own))
        return own


def _imports(count: int, path: Path) -> Iterator[Result]:
    if count:
        yield Result(
            Severity.INFO,
            "ontology-import",
            f"{count} imports are not followed",
            path=str(path),
            advice="Give the files of the imported ontologies too if their terms are needed.",
        )


def _two_labels(drafts: dict[str, _TermDraft], path: Path) -> Iterator[Result]:
    for iri, draft in drafts.items():
        best = min(draft.labels, default=(0, ""))[0]
        texts = sorted(text for rank, text in draft.labels if rank == best)
        if len(texts) > 1:
            several = ", ".join(f'"{text}"' for text in texts)
            yield _warning(
                "ontology-label",
                f"{compress(iri)} has several labels, of which the first is used: {several}",
                path,
                value=compress(iri),
            )


def _own_parents(drafts: dict[str, _TermDraft], path: Path) -> Iterator[Result]:
    for iri, draft in drafts.items():
        if iri in draft.parents:
            yield _warning(
                "ontology-cycle",
                f"{compress(iri)} is its own parent, which is left out",
                path,
                value=compress(iri),
                advice="Tell the makers of the ontology.",
            )


def _missing_parents(terms: tuple[Term, ...], path: Path) -> Iterator[Result]:
    """A warning when terms have parents of their own ontology that the file does not describe: it may be cut."""
    known = {term.iri for term in terms}
    missing = sorted(
        {
            parent
            for term in terms
            for parent in term.parents
            if parent not in known and _same_prefix(parent, term.iri)
        }
    )
    if missing:
        yield _warning(
            "ontology-parent",
            f"{len(missing)} parent terms are not described in the file; the first is {compress(missing[0])}",
            path,
            value=compress(missing[0]),
            advice="The file may be cut short: fetch it again.",
        )


def _cycle(terms: tuple[Term, ...], path: Path) -> Iterator[Result]:
    sorter = graphlib.TopologicalSorter({term.iri: term.parents for term in terms})
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        # The sorter gives a cycle from parent to child and repeats its first node at the end.
        cycle = [compress(iri) for iri in reversed(error.args[1])]
        yield _warning(
            "ontology-cycle",
            f"terms are above themselves: {' → '.join(cycle)}",
            path,
            value=cycle[0],
            advice="All terms of a cycle count as one another's children. Tell the makers of the ontology.",
        )


def _warning(rule: str, message: str, path: Path, *, value: str, advice: str | None = None) -> Result:
    return Result(Severity.WARNING, rule, message, path=str(path), value=value, advice=advice)


def ranked(literal: ox.Literal) -> tuple[int, str]:
    """A text and how good it is as a label: without a language, else English, else whatever there is."""
    language = (literal.language or "").lower()
    rank = 0 if not language else 1 if language.partition("-")[0] == "en" else 2
    return rank, literal.value.strip()


def _best(texts: set[tuple[int, str]]) -> str | None:
    return min(texts)[1] if texts else None


def _same_prefix(one: str, other: str) -> bool:
    first, second = OBO_TERM.fullmatch(one), OBO_TERM.fullmatch(other)
    return first is not None and second is not None and first[1] == second[1]
