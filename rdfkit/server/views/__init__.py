"""What people see in a browser: each view makes a page, or JSON, from its parameters and a build.

`routes.ROUTES` says which view is at which path. Views read the store and the label index and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rdfkit.errors import NotFoundError
from rdfkit.server.views import data, entities, queries, search
from rdfkit.server.views.queries import asked
from rdfkit.server.views.rendering import Rendered, Source, html
from rdfkit.server.views.routes import ROUTES

View = Callable[[Source, Mapping[str, str]], Rendered]
_ABOUT = {route.view: route.about for route in ROUTES}
_THINGS = ("entity", "figure", "pathway", "gene", "author", "organism", "community", "article", "term")


def render(view: str, parameters: Mapping[str, str], source: Source) -> Rendered:
    """The page of a view.

    Raises NotFoundError when there is no such view, or nothing in the data has the name that the parameters give;
    ParameterError when a parameter cannot be read.
    """
    found = _VIEWS.get(view)
    if found is None:
        raise NotFoundError("there is no such page", value=view)
    return found(source, parameters)


def problem(title: str, detail: str) -> Rendered:
    """The page that says what went wrong."""
    return html("problem.html", title=title, detail=detail)


def _thing(view: str) -> View:
    def shown(source: Source, parameters: Mapping[str, str]) -> Rendered:
        iri = _ABOUT[view](parameters)
        if iri is None:
            raise NotFoundError("this names nothing", value=next(iter(parameters.values()), None))
        return entities.entity(source, iri, parameters)

    return shown


def _all_of(kind: str) -> View:
    return lambda source, parameters: search.browse(source, {**parameters, "kind": kind})


_VIEWS: dict[str, View] = {
    "home": search.home,
    "search": search.search,
    "browse": search.browse,
    "figures": _all_of("figure"),
    "pathways": _all_of("pathway"),
    "genes": _all_of("gene"),
    "list": entities.listing,
    "queries": queries.index,
    "query": queries.query,
    "api_search": data.api_search,
    "api_complete": data.api_complete,
    "editor": queries.editor,
    "labels": data.labels,
    "prefixes_json": data.prefixes,
    "queries_json": data.queries,
    "vocabulary_json": data.vocabulary,
    **{view: _thing(view) for view in _THINGS},
}

__all__ = ["ROUTES", "Rendered", "Source", "asked", "entities", "problem", "render", "routes"]
