"""The table of pages: path, view, and the IRI that a page is about, for those who want its RDF instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rdfkit.entities.types import iri_at
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.iris import is_iri, percent_encode

Parameters = Mapping[str, str]


def _nothing(parameters: Parameters) -> str | None:
    return None


def _entity(parameters: Parameters) -> str | None:
    iri = expand(parameters.get("iri", ""))
    return iri if is_iri(iri) else None


def _short(path: str, name: str) -> Callable[[Parameters], str | None]:
    def about(parameters: Parameters) -> str | None:
        return iri_at(path, parameters.get(name, ""))

    return about


def _term(parameters: Parameters) -> str | None:
    """Any CURIE of the prefix map, not only those of ontologies."""
    prefix, _, local = parameters.get("curie", "").partition(":")
    iri = expand(f"{prefix}:{percent_encode(local)}")
    return iri if local and not iri.startswith(f"{prefix}:") and is_iri(iri) else None


@dataclass(frozen=True, slots=True)
class Route:
    """A path as Starlette writes it, the view that `render` knows, and the IRI that its page is about, or None.

    `image_hosts` are the other sites from which the page loads a picture when a person asks it to.
    """

    path: str
    view: str
    about: Callable[[Parameters], str | None] = _nothing
    image_hosts: tuple[str, ...] = ()


_PMC = ("https://www.ncbi.nlm.nih.gov", "https://*.ncbi.nlm.nih.gov")


ROUTES: tuple[Route, ...] = (
    Route("/", "home"),
    Route("/search", "search"),
    Route("/entity", "entity", _entity, _PMC),
    Route("/list", "list"),
    Route("/figure/{id:path}", "figure", _short("/figure/", "id"), _PMC),
    Route("/pathway/{id:path}", "pathway", _short("/pathway/", "id")),
    Route("/gene/{id:path}", "gene", _short("/gene/", "id")),
    Route("/author/{name:path}", "author", _short("/author/", "name")),
    Route("/organism/{id:path}", "organism", _short("/organism/", "id")),
    Route("/community/{id:path}", "community", _short("/community/", "id")),
    Route("/article/{curie:path}", "article", _short("/article/", "curie")),
    Route("/term/{curie:path}", "term", _term),
    Route("/figures", "figures"),
    Route("/pathways", "pathways"),
    Route("/genes", "genes"),
    Route("/browse/{kind}", "browse"),
    Route("/queries", "queries"),
    Route("/queries/{name}", "query"),
    Route("/editor", "editor"),
    Route("/api/search", "api_search"),
    Route("/api/complete", "api_complete"),
    Route("/prefixes.json", "prefixes_json"),
    Route("/queries.json", "queries_json"),
    Route("/vocabulary.json", "vocabulary_json"),
)
