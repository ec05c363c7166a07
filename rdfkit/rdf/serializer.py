"""Quads as bytes: Turtle that reads well, and every other format.

The same quads always give the same bytes: quads are sorted, prefixes are sorted, nothing is dated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache

import pyoxigraph as ox

from rdfkit.errors import ExportError
from rdfkit.rdf.formats import Format
from rdfkit.rdf.identifiers import prefix_map
from rdfkit.rdf.quads import sorted_quads
from rdfkit.rdf.terms import Term

_PREFIX_LINE = re.compile(rb"@prefix (\S*): <[^>]*> \.\n")
# A new subject begins where a statement has ended and the next line is not indented.
_NEXT_SUBJECT = re.compile(rb"(?<= \.\n)(?=[^\s@])")
# What a namespace may end in.
_MARK = re.compile("[#/:_]")
# What may hold a backslash: texts, IRIs in full, and prefixed names, of which only the last are to change.
_ESCAPED_NAME = re.compile(rb'"(?:[^"\\]|\\.)*"|<[^>]*>|(?<![^\s])([A-Za-z][\w.-]*):([^\s"<]*\\[^\s"<]*)')
_LOCAL_ESCAPE = re.compile(rb"\\(.)")
# XML 1.0 has no way to write these, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What an element may be called (https://www.w3.org/TR/xml-names/#NT-NCName).
_XML_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_XML_NAME_AT_END = re.compile(rf"[{_XML_START}][{_XML_START}0-9.\-\u00b7\u0300-\u036f\u203f-\u2040]*\Z")


def serialize(quads: list[ox.Quad], format: Format) -> bytes:
    """Sorted quads as bytes. Formats without graphs get each triple once.

    Raises ExportError when a text has a character that RDF/XML cannot hold, or a predicate no name for XML at its end.
    """
    content: Iterable[ox.Quad] | Iterable[ox.Triple] = quads if format.has_graphs else _triples(quads)
    if format.name == "rdfxml":
        content = xml_safe(_triples(quads))
    data = ox.serialize(content, format=format.rdf, prefixes=_used_prefixes(quads))
    if data is None:
        raise ExportError("nothing was written", value=format.name)
    if format.name == "rdfxml":
        return xml_line_ends(data)
    if format.name == "jsonld":
        return _readable_json(data)
    return _readable_turtle(data) if format.name in ("turtle", "trig") else data


def _triples(quads: list[ox.Quad]) -> Iterator[ox.Triple]:
    """Each triple once, ordered by subject and predicate without regard to its graph."""
    if quads and quads[0].graph_name == quads[-1].graph_name:
        # Sorted by graph first: there is only one, and its triples are in order.
        return (quad.triple for quad in quads)
    merged = sorted_quads(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    return (quad.triple for quad in merged)


def _used_prefixes(quads: list[ox.Quad]) -> dict[str, str]:
    """The prefixes that some IRI of the quads begins with: a file names no more than it needs."""
    # Distinct terms first: to make a text of each occurrence takes longer than all the rest.
    terms: set[Term | ox.DefaultGraph] = {quad.predicate for quad in quads}
    terms.update(quad.subject for quad in quads)
    terms.update(quad.object for quad in quads)
    terms.update(quad.graph_name for quad in quads)
    iris = {term.value for term in terms if isinstance(term, ox.NamedNode)}
    iris.update({term.datatype.value for term in terms if isinstance(term, ox.Literal)})
    used = {prefix for iri in iris for prefix in _prefixes_of(iri)}
    return {prefix: prefix_map()[prefix] for prefix in sorted(used)}


@lru_cache(100_000)
def _prefixes_of(iri: str) -> tuple[str, ...]:
    """The prefixes whose namespaces an IRI begins with. Most IRIs stand in many files."""
    usual, awkward = _namespaces()
    found = [usual[start] for mark in _MARK.finditer(iri) if (start := iri[: mark.end()]) in usual]
    return (*found, *(prefix for prefix, start in awkward if iri.startswith(start)))


@cache
def _namespaces() -> tuple[Mapping[str, str], tuple[tuple[str, str], ...]]:
    """Namespace → prefix for those that end in a mark, and the others one by one."""
    usual = {start: prefix for prefix, start in prefix_map().items() if _MARK.fullmatch(start[-1])}
    return usual, tuple((prefix, start) for prefix, start in prefix_map().items() if start not in usual)


def _readable_turtle(data: bytes) -> bytes:
    """Puts prefixes, which Oxigraph writes in a random order, in order, and a blank line before each subject.

    Names that need a backslash (`doi:10.1016\\/j`) are written in full: Virtuoso 7 takes the backslash as part of them.
    """
    lines: list[bytes] = []
    position = 0
    while match := _PREFIX_LINE.match(data, position):
        lines.append(match[0])
        position = match.end()
    gap = b"\n" if lines else b""
    body = _ESCAPED_NAME.sub(_in_full, data[position:])
    return b"".join(sorted(lines)) + gap + _NEXT_SUBJECT.sub(b"\n", body)


def _in_full(found: re.Match[bytes]) -> bytes:
    if found[1] is None:
        return found[0]
    return b"<" + prefix_map()[found[1].decode()].encode() + _LOCAL_ESCAPE.sub(rb"\1", found[2]) + b">"


def _readable_json(data: bytes) -> bytes:
    return json.dumps(json.loads(data), ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def xml_safe(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Triples as they come, once it is known that RDF/XML can hold them. Raises ExportError for others."""
    for one in triples:
        if not _has_xml_name(one.predicate.value):
            raise ExportError(
                "RDF/XML has no way to write a predicate that ends in no name",
                key=one.predicate.value,
                expected="another format for this graph",
            )
        if isinstance(one.object, ox.Literal) and (found := _NOT_XML.search(one.object.value)):
            raise ExportError(
                f"RDF/XML cannot hold the character U+{ord(found[0]):04X}",
                key=one.predicate.value,
                value=one.object.value,
                expected="another format for this graph",
            )
        yield one


def xml_line_ends(data: bytes) -> bytes:
    """RDF/XML with its carriage returns escaped. As they stand an XML parser would read line feeds."""
    return data.replace(b"\r", b"&#13;")


@lru_cache(10_000)
def _has_xml_name(predicate: str) -> bool:
    return _XML_NAME_AT_END.search(predicate) is not None
