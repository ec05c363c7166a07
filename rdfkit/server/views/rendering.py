"""The templates, and the small things that all of them show: links with labels, prose, numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from rdfkit import package_data
from rdfkit.entities.index.search import Entry, Labels
from rdfkit.entities.types import compact, kinds, page_of
from rdfkit.rdf.identifiers import compress, expand
from rdfkit.server.views.outlinks import address_of, external, outlinks
from rdfkit.store import StoreProtocol

if TYPE_CHECKING:
    from rdfkit.endpoints.session import Network

HTML, JSON = "text/html; charset=utf-8", "application/json"
_MARKDOWN_LINK = re.compile(
    r"\[([^\[\]]+)\]\((https?://[^\s()<>\"]+)\)|(https?://[^\s()\[\]<>\"]+[^\s()\[\]<>\".,;:!?])"
)
# Between the tags stands text alone, so that they cannot come to stand across a link.
_EMPHASIS = re.compile(r"&lt;(i|b|em|strong|sub|sup)&gt;([^<]*?)&lt;/\1&gt;")
_CODE = re.compile(r"`([^<`]+)`")
_PARAGRAPH = re.compile(r"\n\s*\n")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Source:
    """What a page is made from: an open store and the label index of the same build, how many rows or triples one
    answer may have (None: any number), and the endpoints that queries may ask (None: there are none).
    """

    store: StoreProtocol
    labels: Labels
    most_rows: int | None = None
    network: Network | None = None


@dataclass(frozen=True)
class Rendered:
    """A page as text, with the media type to send it as."""

    media_type: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a page of this site. `note` is what helps to tell apart what is called alike."""

    iri: str
    label: str
    page: str
    kind: str
    note: str
    entry: Entry | None


def html(template: str, **values: Any) -> Rendered:  # noqa: ANN401 - whatever the template shows
    """A template of this package with its values, all of which it escapes."""
    return Rendered(HTML, environment().get_template(template).render(**values))


def links(source: Source, iris: Iterable[str]) -> dict[str, Link]:
    """A link for each IRI, with its label, in the order given."""
    wanted = list(dict.fromkeys(iris))
    entries = source.labels.entries(wanted)
    return {iri: _link(iri, entries.get(iri)) for iri in wanted}


def link_to(source: Source, iri: str) -> Link:
    """The link to one IRI."""
    return links(source, [iri])[iri]


def entry_link(entry: Entry) -> Link:
    """The link to what a search has found."""
    return _link(entry.iri, entry)


@cache
def environment() -> Environment:
    """The Jinja environment: everything that is not markup made here is escaped."""
    made = Environment(
        loader=PackageLoader("rdfkit.server", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(prose=prose, number="{:,}".format, decimal="{:.2f}".format)
    made.filters.update(probability=probability, words=property_words)
    made.globals.update(external=external, outlinks=outlinks, address_of=address_of, address=address)
    made.globals.update(compress=compress, kinds=kinds())
    return made


def address(path: str, **parameters: object) -> str:
    """A path of this site with a query; parameters that are None are left out."""
    given = {name: str(value) for name, value in parameters.items() if value is not None}
    return f"{path}?{urlencode(given, quote_via=quote)}" if given else path


def prose(text: str) -> Markup:
    """Running text as paragraphs, with the links that Markdown or a plain http address make in it.

    Of HTML only the pairs of plain tags for italics, bold, sub- and superscript stay what they mean; of Markdown also
    the marks around code.
    """
    paragraphs = (one.strip() for one in _PARAGRAPH.split(text))
    return Markup("").join(Markup("<p>{}</p>").format(_emphasised(_linked(one))) for one in paragraphs if one)


def probability(value: float | None) -> str:
    """A p-value, or any number, as papers write it: 0.012, 3.4 × 10⁻¹⁰."""
    if value is None:
        return "–"
    if 0.001 <= abs(value) < 1_000_000 or value == 0:
        return f"{value:.4g}"
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits} × 10" + str(int(power)).translate(_RAISED)


def property_words(iri: str) -> str:
    """What a property or class is called: as its vocabulary says where that is ours, else by its own name."""
    known = _vocabulary().get(iri)
    if known is not None:
        return known
    name = compact(iri).rpartition(":")[2]
    return _CAMEL.sub(" ", name).replace("_", " ").lower() if not name.isupper() else name


@cache
def _vocabulary() -> Mapping[str, str]:
    """The labels of the pfocr vocabulary, which no build has to hold."""
    triples = ox.parse(path=package_data.vocabulary_file(), format=ox.RdfFormat.TURTLE)
    label = ox.NamedNode(expand("rdfs:label"))
    return {
        triple.subject.value: triple.object.value
        for triple in triples
        if triple.predicate == label
        and isinstance(triple.subject, ox.NamedNode)
        and isinstance(triple.object, ox.Literal)
    }


def _link(iri: str, entry: Entry | None) -> Link:
    if entry is None:
        return Link(iri, _vocabulary().get(iri) or compact(iri), page_of(iri), "", "", None)
    # A figure is told apart by its year: its identifier and its organisms say little to people.
    told = "" if entry.kind == "figure" or len(entry.identifier) >= 30 else entry.identifier
    lives = "" if entry.kind == "figure" or entry.organism is None else entry.organism
    note = [told, lives, str(entry.year or "")]
    kind = kinds().get(entry.kind)
    shown = ", ".join(part for part in note if part and part != entry.label)
    return Link(iri, entry.label, page_of(iri), kind.title if kind else "", shown, entry)


def _emphasised(text: Markup) -> Markup:
    marked = _CODE.sub(r"<code>\1</code>", str(text))
    return Markup(_EMPHASIS.sub(r"<\1>\2</\1>", marked))  # noqa: S704 - the text is escaped, the tags are fixed


def _linked(text: str) -> Markup:
    parts, end = [], 0
    for match in _MARKDOWN_LINK.finditer(text):
        address_ = match[2] or match[3]
        parts.append(escape(text[end : match.start()]))
        if external(address_):
            parts.append(Markup('<a href="{}" rel="external">{}</a>').format(address_, match[1] or address_))
        else:
            parts.append(escape(match[0]))
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])
