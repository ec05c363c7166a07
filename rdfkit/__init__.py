"""rdfkit: the pages of PFOCR and WikiPathways as a validated, queryable RDF graph.

import rdfkit

rdfkit.build(["seeds/"], "rdfkit-store")
with rdfkit.open_store("rdfkit-store") as store:
    for row in store.query("SELECT ?figure ?title { ?figure a doco:Figure ; dcterms:title ?title }"):
        print(row["title"])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from rdfkit.version import __version__ as __version__

if TYPE_CHECKING:
    from rdfkit.endpoints.remote_store import RemoteStore, open_endpoint
    from rdfkit.endpoints.session import Network
    from rdfkit.errors import RdfkitError
    from rdfkit.pipeline.build import build
    from rdfkit.pipeline.summary import Build
    from rdfkit.pipeline.validate import validate
    from rdfkit.publishing.export import export_sources, export_store
    from rdfkit.report import Report, Result, Severity
    from rdfkit.sparql.library import LibraryQuery, bind, find_query, library
    from rdfkit.sparql.results import Graph, Rows, Truth
    from rdfkit.store import Store, open_store
    from rdfkit.store.explain import explain_empty


# Imported when first used: `import rdfkit` and `rdfkit --help` stay quick.
_HOMES = {
    "Build": "pipeline.summary",
    "Graph": "sparql.results",
    "LibraryQuery": "sparql.library",
    "Network": "endpoints.session",
    "RdfkitError": "errors",
    "RemoteStore": "endpoints.remote_store",
    "Report": "report",
    "Result": "report",
    "Rows": "sparql.results",
    "Severity": "report",
    "Store": "store",
    "Truth": "sparql.results",
    "bind": "sparql.library",
    "build": "pipeline.build",
    "explain_empty": "store.explain",
    "export_sources": "publishing.export",
    "export_store": "publishing.export",
    "find_query": "sparql.library",
    "library": "sparql.library",
    "open_endpoint": "endpoints.remote_store",
    "open_store": "store",
    "validate": "pipeline.validate",
}

__all__ = [
    "Build",
    "Graph",
    "LibraryQuery",
    "Network",
    "RdfkitError",
    "RemoteStore",
    "Report",
    "Result",
    "Rows",
    "Severity",
    "Store",
    "Truth",
    "bind",
    "build",
    "explain_empty",
    "export_sources",
    "export_store",
    "find_query",
    "library",
    "open_endpoint",
    "open_store",
    "validate",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'rdfkit' has no attribute {name!r}")
    value = getattr(import_module(f"rdfkit.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
