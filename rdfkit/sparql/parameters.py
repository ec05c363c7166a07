"""Values of parameters as people write them: `taxon=9606` or `human`, `pathway=364`, `least=2`."""

from __future__ import annotations

import re
from collections.abc import Callable

from rdfkit.errors import ParameterError
from rdfkit.rdf.taxa import taxon_of

_PATHWAY = re.compile(r"(?:.*[/:])?(?:WP)?(\d+)(?:\.html)?", re.IGNORECASE)
_FIGURE = re.compile(r"https?://\S+/(?:figures/)?([^/\s]+?)(?:\.html)?")
_TAXON = re.compile(r"(?:.*(?:NCBITaxon[:_]|/))?(\d+)", re.IGNORECASE)
_TERM = re.compile(r"(?:.*/)?(PW|DOID|CL)[:_](\d+)", re.IGNORECASE)


def read_value(kind: str, name: str, value: str) -> str:
    """A value as the query needs it, by the type of its parameter or what completes it.

    Raises ParameterError for what cannot be of that type; a type that is not known here takes any text.
    """
    read = _READERS.get(kind)
    if read is None:
        return value
    found = read(value.strip())
    if found is None:
        wanted = _WANTED[kind]
        raise ParameterError(f'"{value}" is no {wanted[0]}', key=name, value=value, expected=wanted[1])
    return found


def _integer(value: str) -> str | None:
    digits = value.replace(",", "").replace("_", "")
    return str(int(digits)) if re.fullmatch(r"[+-]?[0-9]{1,18}", digits) else None


def _taxon(value: str) -> str | None:
    number = found[1] if (found := _TAXON.fullmatch(value)) else taxon_of(value)
    return f"NCBITaxon:{number}" if number is not None else None


def _term(value: str) -> str | None:
    if found := _TERM.fullmatch(value):
        return f"{found[1].upper()}:{found[2]}"
    return value if ":" in value else None


def _pathway(value: str) -> str:
    return f"WP{found[1]}" if (found := _PATHWAY.fullmatch(value)) else value


def _figure(value: str) -> str:
    return found[1] if (found := _FIGURE.fullmatch(value)) else value


_READERS: dict[str, Callable[[str], str | None]] = {
    "integer": _integer,
    "taxon": _taxon,
    "term": _term,
    "pathway": _pathway,
    "figure": _figure,
}
_WANTED = {
    "integer": ("whole number", "digits"),
    "taxon": ("organism that is known", "9606, NCBITaxon:9606, human or Homo sapiens"),
    "term": ("term", "PW:0000512, or the name of a term that the store has"),
}
