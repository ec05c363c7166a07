"""Links out of the site, as data in `outlinks.toml`, and which addresses may be links at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, unquote, urlsplit

from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.identifiers import compress, expand


@dataclass(frozen=True, slots=True)
class OutLink:
    """A link to another site: its name, and its address."""

    name: str
    address: str


def external(iri: str) -> str | None:
    """The IRI when it can be a link: http or https with a host. Anything else (`javascript:`) is none."""
    try:
        parts = urlsplit(iri)
    except ValueError:
        return None
    return iri if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def outlinks(iri: str, label: str) -> list[OutLink]:
    """Where people find more about what an IRI names; the IRI itself when no site is known for it."""
    whole = {"iri": quote(iri, safe=""), "label": quote(label, safe="")}
    found = [
        OutLink(name, address.format(id=quote(_local(iri, start)), **whole))
        for start, name, address in _table()
        if iri.startswith(start)
    ]
    own = external(iri)
    return found or ([OutLink(urlsplit(own).hostname or own, own)] if own else [])


def address_of(iri: str) -> str | None:
    """The address that people mean by an IRI: that of its database where one is known."""
    found = outlinks(iri, compress(iri))
    return found[0].address if found else None


def _local(iri: str, start: str) -> str:
    local = unquote(iri[len(start) :])
    # A version of a pathway has no page of its own outside.
    return local.rpartition("_r")[0] or local if start == expand("wikipathways:") else local


@cache
def _table() -> tuple[tuple[str, str, str], ...]:
    rows = read_toml(beside(__file__, "outlinks.toml"))["links"]
    return tuple((expand(row["namespace"]), row["name"], row["address"]) for row in rows)
