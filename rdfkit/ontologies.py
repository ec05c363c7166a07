"""Ontologies as published (OBO, OWL in RDF/XML, Turtle): their terms, labels and subclass links as quads.

Imports are never followed and superclasses without a name (restrictions) are passed over.
"""

from __future__ import annotations

import graphlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from rdfkit import archives, obo, rdfxml
from rdfkit.errors import IdentifierError, SourceError
from rdfkit.identifiers import compress, curie, expand, prefix_map
from rdfkit.obo import Object, Statement, is_iri
from rdfkit.report import Result, Severity

_KNOWN = "an ontology in OBO, RDF/XML or Turtle, gzipped or not"
# How much of a file is looked at to tell its format. The header of a published ontology is a few kilobytes.
_HEAD = 1 << 16
_HTML_HEAD = 1 << 12

_HTML = re.compile(rb"<(!doctype\s+)?html[\s>]", re.IGNORECASE)
_RDF_ROOT = re.compile(rb"<([\w.-]+:)?RDF\s")
_OBO = re.compile(rb"^(format-version:|\[Term\])", re.MULTILINE)
_XML = re.compile(rb"<(\?xml|!|[\w.-]+:[\w.-]+\s|[\w.-]+[\s/>])")
_REFUSED = {
    re.compile(rb"<([\w.-]+:)?Ontology\s"): "OWL/XML",
    re.compile(rb"^(Prefix|Ontology)\s*\(", re.MULTILINE): "OWL in functional syntax",
    re.compile(rb"^(Prefix|Ontology):\s", re.MULTILINE): "OWL in Manchester syntax",
    re.compile(rb"\A\s*\{"): "JSON",
}

_OBO_NAMESPACE = expand("obo:")
_OBO_TERM = re.compile(re.escape(_OBO_NAMESPACE) + r"([A-Za-z]\w*)_\w+")
_CLASSES = frozenset({expand("owl:Class"), expand("rdfs:Class")})
_ONTOLOGY = expand("owl:Ontology")
_TRUE = ox.Literal("true", datatype=ox.NamedNode(expand("xsd:boolean")))


@dataclass(frozen=True, slots=True)
class Term:
    """One class of an ontology.

    `parents` are the IRIs of its named superclasses, sorted. `deprecated` says that the ontology has given it
    up; `replaced_by` are then the terms to use instead, as far as it names them.
    """

    iri: str
    label: str | None = None
    parents: tuple[str, ...] = ()
    deprecated: bool = False
    replaced_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ontology:
    """An ontology: its IRI, which is also that of its graph, what it says of itself, its terms sorted by IRI.

    `problems` are findings that do not keep it from being used.
    """

    iri: str
    path: str
    title: str | None
    version: str | None
    licence: str | None
    terms: tuple[Term, ...]
    problems: tuple[Result, ...]

    def quads(self) -> Iterator[ox.Quad]:
        """The ontology as RDF in the named graph of its own IRI, without blank nodes, in the order of the terms.

        Labels are plain literals, as on pages. `obo:IAO_0100001` is "term replaced by".
        """
        quad = partial(_quad, self.iri)
        yield quad(self.iri, "rdf:type", _node("owl:Ontology"))
        if self.title:
            yield quad(self.iri, "dcterms:title", ox.Literal(self.title))
        if self.version:
            yield quad(self.iri, "owl:versionInfo", ox.Literal(self.version))
        if self.licence:
            licence = ox.NamedNode(self.licence) if is_iri(self.licence) else ox.Literal(self.licence)
            yield quad(self.iri, "dcterms:license", licence)
        for term in self.terms:
            yield quad(term.iri, "rdf:type", _node("owl:Class"))
            if term.label is not None:
                yield quad(term.iri, "rdfs:label", ox.Literal(term.label))
            for parent in term.parents:
                yield quad(term.iri, "rdfs:subClassOf", ox.NamedNode(parent))
            if term.deprecated:
                yield quad(term.iri, "owl:deprecated", _TRUE)
            for other in term.replaced_by:
                yield quad(term.iri, "obo:IAO_0100001", ox.NamedNode(other))


def read_ontology(path: Path) -> Ontology:
    """The ontology in a file: OBO, OWL in RDF/XML, or Turtle, told by its content, gzipped or not.

    Memory grows with the terms, not with the file. Raises SourceError, with the line where there is one, for
    what is no such file or has no term; ArchiveError for a damaged gzip file and for bombs.
    """
    try:
        with archives.open_bytes(path) as stream:
            draft = _gathered(_reader(_head(path), path)(stream, path))
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", path=str(path)) from error
    return draft.finished(path)


def labels(ontologies: Iterable[Ontology]) -> dict[tuple[str, str], str]:
    """(prefix, label) → CURIE, as `kinds.site.Site.terms` has it, for the terms of known prefixes.

    A term in use goes before a deprecated one of the same label. A label that still has several terms is left
    out, since a page that names it could mean any.
    """
    found: dict[tuple[str, str], dict[bool, set[str]]] = {}
    for ontology in ontologies:
        for term in ontology.terms:
            name = _checked_curie(term.iri) if term.label is not None else None
            if name is not None and term.label is not None:
                by_use = found.setdefault((name.partition(":")[0], term.label), {})
                by_use.setdefault(term.deprecated, set()).add(name)
    chosen = {key: by_use.get(False) or by_use[True] for key, by_use in found.items()}
    return {key: next(iter(names)) for key, names in sorted(chosen.items()) if len(names) == 1}


# --- what the readers gather ---


@dataclass(slots=True)
class _TermDraft:
    is_class: bool = False
    deprecated: bool = False
    labels: set[tuple[int, str]] = field(default_factory=set)
    parents: set[str] = field(default_factory=set)
    replaced_by: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Header:
    titles: set[tuple[int, str]] = field(default_factory=set)
    versions: set[tuple[int, str]] = field(default_factory=set)
    licences: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Draft:
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
            raise SourceError("describes no term", path=str(path), expected=_KNOWN)
        terms = tuple(
            Term(
                iri=iri,
                label=_best(draft.labels),
                parents=tuple(sorted(draft.parents)),
                deprecated=draft.deprecated,
                replaced_by=tuple(sorted(draft.replaced_by)),
            )
            for iri, draft in drafts.items()
        )
        own = self._own_iri(terms, path)
        header = self.header(own)
        self.problems.extend(_imports(self.imports, path))
        self.problems.extend(_two_labels(drafts, path))
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
        prefixes = Counter(match[1] for term in terms if (match := _OBO_TERM.fullmatch(term.iri)))
        if named:
            own = named[0]
            problem = f"has {len(named)} ontologies; all of it is taken for the first, {own}"
        elif prefixes:
            most = min(prefixes, key=lambda prefix: (-prefixes[prefix], prefix))
            own = f"{_OBO_NAMESPACE}{most.lower()}.owl"
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


def _gathered(statements: Iterable[Statement]) -> _Draft:
    draft = _Draft()
    for subject, predicate, value in statements:
        meaning = _MEANINGS.get(predicate)
        if meaning is not None:
            _note(draft, subject, meaning, value)
    return draft


# --- formats ---


def _head(path: Path) -> bytes:
    with archives.open_bytes(path) as stream:
        return stream.read(_HEAD).removeprefix(b"\xef\xbb\xbf")


def _reader(head: bytes, path: Path) -> Callable[[BinaryIO, Path], Iterator[Statement]]:
    start = head.lstrip()
    if not start:
        raise SourceError("is empty", path=str(path), expected=_KNOWN)
    if start.startswith(b"<") and _HTML.search(start[:_HTML_HEAD]):
        raise SourceError("is HTML: a web page was saved in its place", path=str(path), expected=_KNOWN)
    if _XML.match(start) and _RDF_ROOT.search(start):
        return _rdfxml_statements
    for pattern, name in _REFUSED.items():
        if pattern.search(start):
            raise SourceError(f"is {name}", path=str(path), expected=_KNOWN)
    if _XML.match(start):
        raise SourceError("is XML but not RDF/XML", path=str(path), expected=_KNOWN)
    return obo.statements if _OBO.search(start) else _turtle_statements


def _rdfxml_statements(stream: BinaryIO, path: Path) -> Iterator[Statement]:
    return _statements(rdfxml.checked(stream, str(path)), ox.RdfFormat.RDF_XML, "RDF/XML", path)


def _turtle_statements(stream: BinaryIO, path: Path) -> Iterator[Statement]:
    return _statements(stream, ox.RdfFormat.TURTLE, "OBO, RDF/XML or Turtle", path)


def _statements(stream: BinaryIO, rdf: ox.RdfFormat, label: str, path: Path) -> Iterator[Statement]:
    try:
        # Without a base IRI: an address on this machine must not become the name of a term.
        for quad in ox.parse(stream, rdf):
            if isinstance(quad.subject, ox.NamedNode):
                yield quad.subject.value, quad.predicate.value, quad.object
    except SyntaxError as error:
        raise SourceError(
            f"is not {label}: {error.msg}",
            path=str(path),
            line=error.lineno,
            column=error.offset,
            expected=_KNOWN,
        ) from error


# --- what statements mean ---


_MEANINGS = {
    expand(name): meaning
    for name, meaning in {
        "rdf:type": "type",
        "rdfs:label": "label",
        "rdfs:subClassOf": "parent",
        "owl:deprecated": "deprecated",
        "obo:IAO_0100001": "replaced by",
        "owl:imports": "import",
        "dc:title": "title",
        "dcterms:title": "title",
        "owl:versionInfo": "version",
        "owl:versionIRI": "version",
        "dc:license": "licence",
        "dcterms:license": "licence",
    }.items()
}


def _note(draft: _Draft, subject: str, meaning: str, value: Object) -> None:
    """Notes one statement in a draft; does nothing when its object is not of the right sort."""
    match meaning, value:
        case "type", ox.NamedNode(value=iri):
            if iri in _CLASSES:
                draft.term(subject).is_class = True
            elif iri == _ONTOLOGY:
                draft.iris.add(subject)
        case "label", ox.Literal() if value.value.strip():
            draft.term(subject).labels.add(_ranked(value))
        case "parent", _:
            draft.term(subject).is_class = True
            if isinstance(value, ox.NamedNode):
                draft.term(subject).parents.add(value.value)
        case "deprecated", ox.Literal(value="true" | "1"):
            draft.term(subject).deprecated = True
        case "replaced by", ox.NamedNode(value=iri):
            draft.term(subject).replaced_by.add(iri)
        case "import", _:
            draft.imports += 1
        case "title", ox.Literal():
            draft.header(subject).titles.add(_ranked(value))
        case "version", ox.Literal() | ox.NamedNode():
            # A date or number (owl:versionInfo) is of more use to people than an address (owl:versionIRI).
            draft.header(subject).versions.add((int(isinstance(value, ox.NamedNode)), value.value))
        case "licence", ox.Literal() | ox.NamedNode():
            draft.header(subject).licences.add(value.value)


# --- small things ---


def _ranked(literal: ox.Literal) -> tuple[int, str]:
    """A text and how good it is as a label: without a language, else English, else whatever there is."""
    language = (literal.language or "").lower()
    rank = 0 if not language else 1 if language.partition("-")[0] == "en" else 2
    return rank, literal.value.strip()


def _best(texts: set[tuple[int, str]]) -> str | None:
    return min(texts)[1] if texts else None


def _same_prefix(one: str, other: str) -> bool:
    first, second = _OBO_TERM.fullmatch(one), _OBO_TERM.fullmatch(other)
    return first is not None and second is not None and first[1] == second[1]


def _checked_curie(iri: str) -> str | None:
    """The CURIE of a term of an ontology in the prefix map, if its identifier fits the prefix."""
    prefix, _, local = compress(iri).partition(":")
    # `obo` is the namespace of all ontologies that the map does not name.
    if prefix not in prefix_map() or prefix == "obo":
        return None
    try:
        return curie(prefix, local)
    except IdentifierError:
        return None


def _node(name: str) -> ox.NamedNode:
    return ox.NamedNode(expand(name))


def _quad(graph: str, subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(ox.NamedNode(subject), _node(predicate), value, ox.NamedNode(graph))
