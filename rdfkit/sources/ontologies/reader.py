"""Ontologies as published (OBO, OWL in RDF/XML, Turtle): their terms, labels and subclass links as quads.

Imports are never followed and superclasses without a name (restrictions) are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from rdfkit.errors import SourceError
from rdfkit.rdf import rdfxml
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.iris import is_iri
from rdfkit.report import Result
from rdfkit.sources import archives
from rdfkit.sources.byte_order_marks import without_mark
from rdfkit.sources.ontologies import obo
from rdfkit.sources.ontologies.draft import KNOWN, Draft, ranked
from rdfkit.sources.ontologies.model import CONSIDER, OBO_NAMESPACE, Ontology
from rdfkit.sources.ontologies.obo import Object, Statement

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

_OBO_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*:[0-9]+")
_CLASSES = frozenset({expand("owl:Class"), expand("rdfs:Class")})
_ONTOLOGY = expand("owl:Ontology")


def read_ontology(path: Path) -> Ontology:
    """The ontology in a file: OBO, OWL in RDF/XML, or Turtle, told by its content, gzipped or not.

    Memory grows with the terms, not with the file. Raises SourceError, with the line where there is one, for
    what is no such file or has no term; ArchiveError for a damaged gzip file and for bombs.
    """
    try:
        draft = Draft()
        with archives.open_bytes(path) as stream:
            _gather(draft, _reader(_head(path), path)(without_mark(stream), path, draft.problems))
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", path=str(path)) from error
    return draft.finished(path)


def _gather(draft: Draft, statements: Iterable[Statement]) -> None:
    for subject, predicate, value in statements:
        meaning = _MEANINGS.get(predicate)
        if meaning is not None:
            _note(draft, subject, meaning, value)


# --- formats ---


def _head(path: Path) -> bytes:
    with archives.open_bytes(path) as stream:
        return stream.read(_HEAD).removeprefix(b"\xef\xbb\xbf")


def _reader(head: bytes, path: Path) -> Callable[[BinaryIO, Path, list[Result]], Iterator[Statement]]:
    start = head.lstrip()
    if not start:
        raise SourceError("is empty", path=str(path), expected=KNOWN)
    if start.startswith(b"<") and _HTML.search(start[:_HTML_HEAD]):
        raise SourceError("is HTML: a web page was saved in its place", path=str(path), expected=KNOWN)
    if _XML.match(start) and _RDF_ROOT.search(start):
        return _rdfxml_statements
    for pattern, name in _REFUSED.items():
        if pattern.search(start):
            raise SourceError(f"is {name}", path=str(path), expected=KNOWN)
    if _XML.match(start):
        raise SourceError("is XML but not RDF/XML", path=str(path), expected=KNOWN)
    return obo.statements if _OBO.search(start) else _turtle_statements


def _rdfxml_statements(stream: BinaryIO, path: Path, _: list[Result]) -> Iterator[Statement]:
    return _statements(rdfxml.checked(stream, str(path)), ox.RdfFormat.RDF_XML, "RDF/XML", path)


def _turtle_statements(stream: BinaryIO, path: Path, _: list[Result]) -> Iterator[Statement]:
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
            expected=KNOWN,
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
        CONSIDER: "consider",
        "owl:imports": "import",
        "dc:title": "title",
        "dcterms:title": "title",
        "owl:versionInfo": "version",
        "owl:versionIRI": "version",
        "dc:license": "licence",
        "dcterms:license": "licence",
    }.items()
}


def _note(draft: Draft, subject: str, meaning: str, value: Object) -> None:
    """Notes one statement in a draft; does nothing when its object is not of the right sort."""
    match meaning, value:
        case "type", ox.NamedNode(value=iri):
            if iri in _CLASSES:
                draft.term(subject).is_class = True
            elif iri == _ONTOLOGY:
                draft.iris.add(subject)
        case "label", ox.Literal() if value.value.strip():
            draft.term(subject).labels.add(ranked(value))
        case "parent", _:
            draft.term(subject).is_class = True
            if isinstance(value, ox.NamedNode):
                draft.term(subject).parents.add(value.value)
        case "deprecated", ox.Literal(value="true" | "1"):
            draft.term(subject).deprecated = True
        case "replaced by", _:
            draft.term(subject).replaced_by.update(_named(value))
        case "consider", _:
            draft.term(subject).consider.update(_named(value))
        case "import", _:
            draft.imports += 1
        case "title", ox.Literal():
            draft.header(subject).titles.add(ranked(value))
        case "version", ox.Literal() | ox.NamedNode():
            # A date or number (owl:versionInfo) is of more use to people than an address (owl:versionIRI).
            draft.header(subject).versions.add((int(isinstance(value, ox.NamedNode)), value.value))
        case "licence", ox.Literal() | ox.NamedNode():
            draft.header(subject).licences.add(value.value)


def _named(value: Object) -> Iterator[str]:
    """The term that a value names: by its IRI, or in a text with its IRI or its OBO identifier, as some files do."""
    if isinstance(value, ox.NamedNode):
        yield value.value
    elif isinstance(value, ox.Literal):
        text = value.value.strip()
        if _OBO_IDENTIFIER.fullmatch(text):
            yield OBO_NAMESPACE + text.replace(":", "_")
        elif is_iri(text):
            yield text
