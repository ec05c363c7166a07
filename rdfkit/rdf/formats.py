"""The RDF formats that rdfkit reads and writes: one registry for files, the command line and HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from rdfkit.errors import ExportError


@dataclass(frozen=True, slots=True)
class Format:
    """One RDF serialization: its name on the command line, label, media type, suffixes and Oxigraph's format.

    `has_graphs` says whether it can say in which named graph a triple stands.
    """

    name: str
    label: str
    media_type: str
    suffixes: tuple[str, ...]
    has_graphs: bool
    rdf: ox.RdfFormat


FORMATS: dict[str, Format] = {
    item.name: item
    for item in (
        Format("turtle", "Turtle", "text/turtle", (".ttl",), False, ox.RdfFormat.TURTLE),
        Format("trig", "TriG", "application/trig", (".trig",), True, ox.RdfFormat.TRIG),
        Format("nquads", "N-Quads", "application/n-quads", (".nq",), True, ox.RdfFormat.N_QUADS),
        Format("ntriples", "N-Triples", "application/n-triples", (".nt",), False, ox.RdfFormat.N_TRIPLES),
        Format("jsonld", "JSON-LD", "application/ld+json", (".jsonld",), True, ox.RdfFormat.JSON_LD),
        Format("rdfxml", "RDF/XML", "application/rdf+xml", (".rdf", ".owl"), False, ox.RdfFormat.RDF_XML),
    )
}
SUFFIXES = tuple(suffix for item in FORMATS.values() for suffix in item.suffixes)


def of_name(name: str) -> Format:
    """The format of that name. Raises ExportError for any other name."""
    try:
        return FORMATS[name]
    except KeyError:
        raise ExportError(f'"{name}" is no RDF format', value=name, expected=", ".join(FORMATS)) from None


def of_file(path: Path) -> Format | None:
    """The format that a file's suffix stands for, or None. A `.gz` after it says nothing about the format."""
    plain = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return next((item for item in FORMATS.values() if plain.suffix.lower() in item.suffixes), None)
