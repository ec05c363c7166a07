"""The schema.org block that each page could have: what its graph knows, as Bioschemas' profile for datasets has it.

A page has one object of JSON-LD with the context that schema.org publishes: https://bioschemas.org/profiles/Dataset.
Nothing is dated or guessed, and all is sorted, so the same graph gives the same bytes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from rdfkit.mapping.profiles import profile
from rdfkit.publishing.export import file_stem, made_folder
from rdfkit.publishing.files import write_file
from rdfkit.rdf.identifiers import compress, expand
from rdfkit.store import StoreProtocol
from rdfkit.store.page_graphs import PageGraphs, all_shared_graphs

CONTEXT = "https://schema.org/"
_CONFORMS_TO = "http://purl.org/dc/terms/conformsTo"
_PAGE_KINDS = ("wp:Pathway", "doco:Figure")
_TERM_TAGS = ("wp:pathwayOntologyTag", "wp:diseaseOntologyTag", "wp:cellTypeOntologyTag")
_TITLES = ("dc:title", "dcterms:title")
_ORGANISMS = ("wp:organism", "pfocr:organism", "pfocr:recognisedOrganism")


def write_blocks(store: StoreProtocol, folder: Path) -> list[Path]:
    """Writes the block of each page about a pathway or a figure into a folder, named as the page is.

    Gives the files written. Raises ExportError when the folder cannot be made or written to.
    """
    made_folder(folder)
    written: dict[str, Path] = {}
    for iri, block in blocks(store):
        path = folder / f"{file_stem(iri, written)}.jsonld"
        write_file((json.dumps(block, ensure_ascii=False, indent=2) + "\n").encode(), path)
        written[path.stem] = path
    return list(written.values())


def blocks(store: StoreProtocol) -> Iterator[tuple[str, dict[str, Any]]]:
    """The IRI and the block of each page about a pathway or a figure, in the order of their IRIs."""
    pages, shared = PageGraphs(store), all_shared_graphs()
    graphs = {graph.value for graph in store.graphs() if isinstance(graph, ox.NamedNode)}
    for iri in sorted(graphs - shared):
        graph = ox.NamedNode(iri)
        # What a page is about is said by itself, and most pages of a site are about something else.
        subject = _Facts(store.quads(graph)).subject()
        if subject is not None:
            yield iri, _block(iri, subject, _Facts(pages.quads(graph)))


class _Facts:
    """What a page's graph says, by subject and predicate: values sorted, each once."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._said: dict[tuple[str, str], set[str]] = defaultdict(set)
        for quad in quads:
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
                self._said[quad.subject.value, quad.predicate.value].add(quad.object.value)

    def subject(self) -> str | None:
        """The pathway version or the figure that the page is about."""
        kinds = set(map(expand, _PAGE_KINDS))
        typed = expand("rdf:type")
        found = (node for (node, key), values in self._said.items() if key == typed and values & kinds)
        return min(found, default=None)

    def all(self, node: str, *curies: str) -> list[str]:
        """The values of a node under any of some predicates."""
        return sorted({value for curie in curies for value in self._said.get((node, expand(curie)), ())})

    def one(self, node: str, *curies: str) -> str | None:
        """The first value under the first of some predicates that has one."""
        return next((values[0] for curie in curies if (values := self.all(node, curie))), None)

    def of_type(self, curie: str) -> list[str]:
        """The nodes of a type."""
        typed, wanted = expand("rdf:type"), expand(curie)
        return sorted(node for (node, key), values in self._said.items() if key == typed and wanted in values)


def _block(page: str, subject: str, facts: _Facts) -> dict[str, Any]:
    people = _people(facts)
    name = facts.one(page, "schema:name") or facts.one(subject, *_TITLES)
    described = facts.one(page, "schema:description")
    if described is None or described == name:
        # The build writes the title where the block describes nothing.
        described = facts.one(subject, "dcterms:description") or name
    said = _without_empty(
        {
            "identifier": facts.one(page, "schema:identifier") or facts.one(subject, "dcterms:identifier"),
            "name": name,
            "description": described,
            "url": facts.one(page, "schema:url") or page,
            "sameAs": facts.all(page, "schema:sameAs"),
            "license": facts.one(page, "schema:license") or facts.one(subject, "dcterms:license"),
            "keywords": facts.all(page, "schema:keywords") or _labels(facts),
            "creator": people + _organisations(page, facts),
            "author": [{"@id": person["@id"]} for person in people],
            "datePublished": facts.one(page, "schema:datePublished"),
            "dateModified": facts.one(page, "schema:dateModified") or facts.one(subject, "dcterms:modified"),
            "version": facts.one(page, "schema:version") or facts.one(subject, "pav:version"),
            "about": _about(page, subject, facts),
            "isBasedOn": _article(facts.one(subject, "dcterms:isPartOf"), facts),
            "citation": _references(facts),
        }
    )
    wanted = (said.get(key) for key in ("identifier", "name", "description", "url", "license", "keywords"))
    known = profile("Dataset", *wanted)
    named = {_CONFORMS_TO: {"@id": expand(known), "@type": "CreativeWork"}} if known else {}
    return {"@context": CONTEXT, "@id": page, "@type": "Dataset", **named, **said}


def _people(facts: _Facts) -> list[dict[str, Any]]:
    """The authors in their order, known by their ORCID where they have one."""
    ordered = sorted(
        facts.of_type("wp:Authorship"), key=lambda one: (int(facts.one(one, "wpq:series_ordinal") or 0), one)
    )
    users = [user for one in ordered if (user := facts.one(one, "dc:creator")) is not None]
    return [_person(user, facts) for user in dict.fromkeys(users)]


def _person(user: str, facts: _Facts) -> dict[str, Any]:
    orcid = next((one for one in facts.all(user, "dc:identifier") if one.startswith(expand("orcid:"))), None)
    others = [*facts.all(user, "owl:sameAs", "schema:sameAs"), *([user] if orcid else [])]
    return _without_empty(
        {
            "@id": orcid or user,
            "@type": "Person",
            "name": facts.one(user, "foaf:name", "foaf:nick"),
            "identifier": orcid,
            "url": facts.one(user, "foaf:homepage", "foaf:page"),
            "affiliation": [
                {"@id": f"{user}#affiliation-{number}", "@type": "Organization", "name": name}
                for number, name in enumerate(facts.all(user, "schema:affiliation"), start=1)
            ],
            "sameAs": others,
        }
    )


def _organisations(page: str, facts: _Facts) -> list[dict[str, Any]]:
    """Those whom the page's own block names as creators."""
    return [
        _without_empty(
            {
                "@id": node,
                "@type": [compress(one).removeprefix("schema:") for one in facts.all(node, "rdf:type")],
                "name": facts.one(node, "schema:name"),
                "url": facts.one(node, "schema:url"),
            }
        )
        for node in facts.all(page, "schema:creator", "schema:author")
    ]


def _about(page: str, subject: str, facts: _Facts) -> list[dict[str, Any]]:
    """What the page is about: its pathway or figure, the terms of ontologies, the organisms."""
    name = facts.one(subject, *_TITLES)
    first = [_without_empty({"@id": node, "name": name}) for node in facts.all(page, "schema:about")]
    terms = [
        {
            "@id": term,
            "@type": "DefinedTerm",
            "name": facts.one(term, "rdfs:label"),
            "termCode": compress(term),
        }
        for term in facts.all(subject, *_TERM_TAGS)
    ]
    found = [one for one in facts.all(subject, *_ORGANISMS) if one.startswith("http")]
    # Without an organism page only the pathway names its organism.
    written = facts.one(subject, "wp:organismName") if len(found) == 1 else None
    taxa = [
        {
            "@id": taxon,
            "@type": "Taxon",
            "name": facts.one(taxon, "rdfs:label") or written,
            "identifier": compress(taxon),
        }
        for taxon in found
    ]
    return [*first, *map(_without_empty, terms), *map(_without_empty, taxa)]


def _article(article: str | None, facts: _Facts) -> dict[str, Any] | None:
    """The article that a figure is from."""
    if article is None:
        return None
    return _without_empty(
        {
            "@id": article,
            "@type": "ScholarlyArticle",
            "identifier": facts.one(article, "schema:identifier") or compress(article),
            "name": facts.one(article, "schema:name", "dcterms:title"),
            "datePublished": facts.one(article, "dcterms:issued"),
            "sameAs": facts.all(article, "owl:sameAs"),
        }
    )


def _references(facts: _Facts) -> list[dict[str, Any]]:
    """The literature of a pathway."""
    return [{"@id": one} for one in facts.of_type("wp:PublicationReference")]


def _labels(facts: _Facts) -> list[str]:
    """What a pathway draws, in place of keywords."""
    return sorted({label for node in facts.of_type("wp:DataNode") for label in facts.all(node, "rdfs:label")})


def _without_empty(said: dict[str, Any]) -> dict[str, Any]:
    """An object without what has no value; of lists of one the value."""
    found = {
        key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in said.items()
    }
    return {key: value for key, value in found.items() if value not in (None, [], "")}
