"""Which representation a client gets: content negotiation by RFC 9110, section 12.5, or by `?format=`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rdfkit.errors import NotAcceptableError
from rdfkit.rdf.formats import FORMATS

_LONGEST_HEADER = 8192


@dataclass(frozen=True, slots=True)
class Offer:
    """One representation that the server has: the name of its format and the media type that goes with it."""

    name: str
    media_type: str


ROWS = (
    Offer("json", "application/sparql-results+json"),
    Offer("xml", "application/sparql-results+xml"),
    Offer("csv", "text/csv"),
    Offer("tsv", "text/tab-separated-values"),
    # Names that clients use for the same formats.
    Offer("json", "application/json"),
    Offer("xml", "application/xml"),
    Offer("xml", "text/xml"),
)
GRAPHS = (
    *(Offer(item.name, item.media_type) for item in FORMATS.values()),
    Offer("turtle", "application/x-turtle"),
    Offer("jsonld", "application/json"),
    Offer("rdfxml", "application/xml"),
)
HTML = Offer("html", "text/html")
# Short names that people type into `?format=`, and those that clients send: of a graph, "xml" and "json" are RDF's.
_ALIASES = {
    "ttl": "turtle", "n3": "turtle", "nt": "ntriples", "nq": "nquads", "srj": "json", "srx": "xml",
    "rdf": "rdfxml", "rdf+xml": "rdfxml", "xml": "rdfxml", "json": "jsonld", "json-ld": "jsonld",
}  # fmt: skip


# A media range of an Accept header, and how much it is wanted.
_Range = tuple[str, float]


def choose(offers: Sequence[Offer], accept: str | None, format: str | None = None) -> Offer:
    """The offer that suits a client best: by `format`, a name of a format or a media type, else by its Accept header.

    Of offers that suit equally well the first one wins. Raises NotAcceptableError when none suits.
    """
    if format is not None:
        return _by_name(offers, format)
    ranges = list(_ranges(accept)) if accept and accept.strip() else [("*/*", 1.0)]
    best = max(offers, key=lambda offer: _quality(offer, ranges))
    if _quality(best, ranges) <= 0:
        raise NotAcceptableError(
            "none of the formats that the client accepts fits this answer",
            value=accept,
            expected=", ".join(offer.media_type for offer in offers),
        )
    return best


def prefers(one: Offer, others: Iterable[Offer], accept: str | None) -> bool:
    """Whether a client would rather have this offer than any of the others."""
    ranges = list(_ranges(accept)) if accept else []
    wanted = _quality(one, ranges)
    return wanted > 0 and all(_quality(other, ranges) < wanted for other in others)


def choose_encoding(accept: str | None) -> str | None:
    """The content coding for an answer: `zstd` or `gzip`, whichever the client likes better, or None for none."""
    wanted = {}
    for part in (accept or "")[:_LONGEST_HEADER].split(","):
        name, _, parameters = part.partition(";")
        wanted[name.strip().lower()] = _q(parameters)
    found = {name: wanted.get(name, wanted.get("*", 0.0)) for name in ("zstd", "gzip")}
    best = max(found, key=lambda name: found[name])
    return best if found[best] > 0 else None


def _quality(offer: Offer, ranges: Sequence[_Range]) -> float:
    """How much a client wants an offer, from 0 (not at all) to 1, by the range that names it most closely."""
    by_closeness = ("*/*", f"{offer.media_type.partition('/')[0]}/*", offer.media_type)
    found = [(by_closeness.index(name), wanted) for name, wanted in ranges if name in by_closeness]
    return max(found, default=(0, 0.0))[1]


def _by_name(offers: Sequence[Offer], format: str) -> Offer:
    # A plus sign in a query string is a space.
    name = format.lower().replace(" ", "+")
    for offer in offers:
        if offer.name in (name, _ALIASES.get(name)) or offer.media_type == name:
            return offer
    names = ", ".join(dict.fromkeys(offer.name for offer in offers))
    raise NotAcceptableError(
        f'this answer cannot be had as "{format}"', key="format", value=format, expected=names
    )


def _ranges(accept: str) -> Iterable[_Range]:
    for part in accept[:_LONGEST_HEADER].split(","):
        media_type, _, parameters = part.partition(";")
        type_, slash, subtype = media_type.strip().lower().partition("/")
        if slash and type_ and subtype:
            yield f"{type_}/{subtype}", _q(parameters)
        elif type_ == "*":
            # Java's URLConnection says so.
            yield "*/*", _q(parameters)


def _q(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
