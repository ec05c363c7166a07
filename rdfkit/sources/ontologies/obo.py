"""OBO files as OWL statements: https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html, section 5.

fastobo reads the clauses. It is strict, and published files break the grammar in clauses that nothing here
needs: the Pathway Ontology has references such as `[InHouse:InHouse PW dictionary]`. So only the clauses that
are of use are passed on to it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pyoxigraph as ox

from rdfkit.errors import RdfkitError, SourceError
from rdfkit.rdf.identifiers import expand, prefix_map
from rdfkit.rdf.iris import is_iri, percent_encode
from rdfkit.report import Result, Severity
from rdfkit.sources.ontologies.model import CONSIDER, OBO_NAMESPACE, TRUE

if TYPE_CHECKING:
    import fastobo

Object = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Statement = tuple[str, str, Object]

# A definition is a few kilobytes; a longer line is no OBO and is not read into memory.
MAX_LINE = 1 << 20

_TAG = re.compile(r"([A-Za-z_-]+):\s*(.*)")
_HEADER_TAGS = frozenset({"format-version", "data-version", "ontology", "idspace", "import"})
_HEADER_PROPERTY = re.compile(r"\S*(title|license|versionInfo)\s")
_TERM_TAGS = frozenset({"id", "name", "is_a", "is_obsolete"})
# These hold all sorts of things in published files. Only a plain identifier is of use.
_IDENTIFIER_TAGS = frozenset({"alt_id", "consider", "replaced_by"})
_IDENTIFIER = re.compile(r"\S+:\S+(\s*\{.*\})?(\s*!.*)?")

# Prefixes that headers use without declaring them.
_IDSPACES = {name: expand(f"{name}:") for name in ("dc", "dcterms", "owl", "rdfs", "skos", "xsd")}
_TYPE, _LABEL, _PARENT = expand("rdf:type"), expand("rdfs:label"), expand("rdfs:subClassOf")
_VERSION, _IMPORTS = expand("owl:versionInfo"), expand("owl:imports")
_DEPRECATED, _REPLACED_BY = expand("owl:deprecated"), expand("obo:IAO_0100001")
_ONTOLOGY, _CLASS = ox.NamedNode(expand("owl:Ontology")), ox.NamedNode(expand("owl:Class"))


def statements(stream: BinaryIO, path: Path, problems: list[Result]) -> Iterator[Statement]:
    """What an OBO file says of its ontology and its terms, as (subject, predicate, object).

    An `alt_id` becomes a deprecated class that is replaced by the term. A last line without a line break is read, and
    warned of among the problems. Raises SourceError with the line for what is not UTF-8 or not OBO.
    """
    import fastobo

    clauses = _Clauses(stream, path, problems)
    try:
        frames = fastobo.iter(io.BufferedReader(clauses), threads=1)
        names = _Names.of(frames.header())
        yield from _header_statements(frames.header(), names)
        yield from _term_statements(frames, names)
    except TypeError:
        # What is raised while fastobo reads the header comes out as a TypeError that says nothing of it.
        if clauses.failure is None:
            raise
        raise clauses.failure from None
    except SyntaxError as error:
        raise SourceError(
            f"is not OBO: {error.msg}",
            path=str(path),
            line=error.lineno,
            column=error.offset,
            expected="OBO 1.4",
        ) from error


@dataclass(frozen=True, slots=True)
class _Names:
    """The IRIs of OBO identifiers (section 5.9)."""

    ontology: str | None
    idspaces: Mapping[str, str]

    @classmethod
    def of(cls, header: Iterable[fastobo.header.BaseHeaderClause]) -> _Names:
        import fastobo

        ontology = None
        idspaces = dict(_IDSPACES)
        for clause in header:
            if isinstance(clause, fastobo.header.OntologyClause):
                ontology = clause.ontology
            elif isinstance(clause, fastobo.header.IdspaceClause):
                idspaces[clause.prefix] = str(clause.url)
        return cls(ontology, idspaces)

    def own(self) -> str | None:
        """The IRI of the ontology; None when the file does not say."""
        if self.ontology is None or is_iri(self.ontology):
            return self.ontology
        return f"{OBO_NAMESPACE}{percent_encode(self.ontology)}.owl"

    def iri(self, ident: fastobo.id.BaseIdent) -> str:
        import fastobo

        if isinstance(ident, fastobo.id.PrefixedIdent):
            namespace = self.idspaces.get(ident.prefix, f"{OBO_NAMESPACE}{percent_encode(ident.prefix)}_")
            return f"{namespace}{percent_encode(ident.local)}"
        if isinstance(ident, fastobo.id.UnprefixedIdent):
            return f"{OBO_NAMESPACE}{percent_encode(self.ontology or '')}#{percent_encode(ident.unescaped)}"
        return str(ident)

    def property(self, ident: fastobo.id.BaseIdent) -> str:
        """The IRI of a property of the header, which files also write as `dc-title` or `dcterms-license`."""
        prefix, hyphen, local = str(ident).partition("-")
        return expand(f"{prefix}:{local}") if hyphen and prefix in prefix_map() else self.iri(ident)


def _header_statements(
    header: Iterable[fastobo.header.BaseHeaderClause], names: _Names
) -> Iterator[Statement]:
    import fastobo

    own = names.own()
    if own is None:
        return
    yield own, _TYPE, _ONTOLOGY
    found: dict[str, Object] = {}
    for clause in header:
        match clause:
            case fastobo.header.DataVersionClause():
                found.setdefault(_VERSION, ox.Literal(clause.version))
            case fastobo.header.ImportClause():
                yield own, _IMPORTS, ox.Literal(clause.raw_value())
            case fastobo.header.PropertyValueClause():
                value = clause.property_value
                is_literal = isinstance(value, fastobo.pv.LiteralPropertyValue)
                # What the header says of owl:versionInfo goes before the path in `data-version`.
                found[names.property(value.relation)] = (
                    ox.Literal(value.value) if is_literal else ox.NamedNode(names.iri(value.value))
                )
    for predicate, value in found.items():
        yield own, predicate, value


def _term_statements(frames: Iterable[fastobo.term.TermFrame], names: _Names) -> Iterator[Statement]:
    import fastobo

    described = set()
    alternatives: dict[str, set[str]] = {}
    for frame in frames:
        iri = names.iri(frame.id)
        described.add(iri)
        yield iri, _TYPE, _CLASS
        for clause in frame:
            match clause:
                case fastobo.term.NameClause():
                    yield iri, _LABEL, ox.Literal(clause.name)
                case fastobo.term.IsAClause():
                    yield iri, _PARENT, ox.NamedNode(names.iri(clause.term))
                case fastobo.term.IsObsoleteClause(obsolete=True):
                    yield iri, _DEPRECATED, TRUE
                case fastobo.term.ReplacedByClause():
                    yield iri, _REPLACED_BY, ox.NamedNode(names.iri(clause.term))
                case fastobo.term.ConsiderClause():
                    yield iri, CONSIDER, ox.NamedNode(names.iri(clause.term))
                case fastobo.term.AltIdClause() if _is_of_prefix(clause.alt_id, frame.id):
                    alternatives.setdefault(names.iri(clause.alt_id), set()).add(iri)
    for other in sorted(alternatives.keys() - described):
        yield other, _TYPE, _CLASS
        yield other, _DEPRECATED, TRUE
        for iri in sorted(alternatives[other]):
            yield other, _REPLACED_BY, ox.NamedNode(iri)


def _is_of_prefix(one: fastobo.id.BaseIdent, other: fastobo.id.BaseIdent) -> bool:
    """Some files list references under alt_id; an id of another prefix is not this ontology's."""
    return str(one).partition(":")[0] == str(other).partition(":")[0]


class _Clauses(io.RawIOBase):
    """The lines of an OBO file, with an empty line for each that is left out, so that line numbers stay."""

    def __init__(self, stream: BinaryIO, path: Path, problems: list[Result]) -> None:
        self._stream, self._path, self._problems = stream, path, problems
        self._line = 0
        self._stanza: str | None = None
        self._rest = b""
        self.failure: RdfkitError | OSError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer, as RawIOBase has it
        if not self._rest:
            try:
                self._rest = self._next_line()
            except (RdfkitError, OSError) as error:
                self.failure = error
                raise
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def _next_line(self) -> bytes:
        raw = self._stream.readline(MAX_LINE)
        if not raw:
            return b""
        self._line += 1
        if not raw.endswith(b"\n"):
            if len(raw) == MAX_LINE:
                raise self._error(f"has a line of more than {MAX_LINE} bytes", "OBO 1.4")
            self._problems.append(self._unended())
        try:
            text = raw.decode("utf-8-sig" if self._line == 1 else "utf-8").strip()
        except UnicodeDecodeError as error:
            raise self._error("is not UTF-8", "UTF-8 text") from error
        if "\0" in text:
            raise self._error("has a NUL byte", "UTF-8 text")
        return f"{text}\n".encode() if self._is_wanted(text) else b"\n"

    def _is_wanted(self, text: str) -> bool:
        if text.startswith("["):
            self._stanza = text
            return text == "[Term]"
        clause = _TAG.match(text)
        if clause is None:
            return False
        tag, value = clause.groups()
        if self._stanza is None:
            return tag in _HEADER_TAGS or (
                tag == "property_value" and _HEADER_PROPERTY.match(value) is not None
            )
        if self._stanza != "[Term]":
            return False
        return tag in _TERM_TAGS or (tag in _IDENTIFIER_TAGS and _IDENTIFIER.fullmatch(value) is not None)

    def _unended(self) -> Result:
        return Result(
            Severity.WARNING,
            "ontology-end",
            "the last line has no line break; it is read all the same",
            path=str(self._path),
            line=self._line,
            advice="The file may be cut short: fetch it again if it should be longer.",
        )

    def _error(self, message: str, expected: str) -> SourceError:
        return SourceError(message, path=str(self._path), line=self._line, expected=expected)
