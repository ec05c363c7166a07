"""What the pages' scripts and other programs ask for, as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict

from rdfkit.entities.index.search import Entry
from rdfkit.entities.types import kinds, page_of
from rdfkit.errors import ParameterError
from rdfkit.rdf.identifiers import compress, prefix_map
from rdfkit.server.views.queries import all_queries
from rdfkit.server.views.rendering import JSON, Rendered, Source, property_words
from rdfkit.sparql.library import bind
from rdfkit.sparql.results import Rows

_MOST_FOUND, _MOST_LABELS = 100, 10_000
# Sources of completion whose values are what things are called; those of all others are identifiers.
_BY_LABEL = frozenset({"gene", "term"})
_COMPLETIONS = 12
_HALF = re.compile("[\ud800-\udfff]")


def api_search(source: Source, parameters: Mapping[str, str]) -> Rendered:
    """What `q` finds, of a `kind` or any, at most `limit` (20, no more than 100)."""
    found = source.labels.search(parameters.get("q", ""), parameters.get("kind") or None, _limit(parameters))
    return _json([_entry(entry) for entry in found])


def api_complete(source: Source, parameters: Mapping[str, str]) -> Rendered:
    """Values for a parameter of the library with that `source` that go with `q`: value, label and note of each."""
    kind = parameters.get("source", "")
    found = source.labels.search(parameters.get("q", ""), kind, _COMPLETIONS)
    values: dict[str, dict[str, str]] = {}
    for entry in found:
        value = entry.label if kind in _BY_LABEL else entry.identifier
        label = entry.identifier if kind in _BY_LABEL else entry.label
        values.setdefault(value, {"value": value, "label": label, "note": entry.organism or ""})
    return _json(list(values.values()))


def labels(source: Source, parameters: Mapping[str, str]) -> Rendered:
    """Label and page for each IRI of `iris`, a JSON list. Raises ParameterError when it is none, or too long."""
    try:
        iris = json.loads(parameters.get("iris", ""))
    except (ValueError, RecursionError):
        iris = None
    if not isinstance(iris, list) or len(iris) > _MOST_LABELS or not all(_is_text(iri) for iri in iris):
        raise ParameterError(
            "this is no list of IRIs", key="iris", expected=f"a JSON list of at most {_MOST_LABELS:,} texts"
        )
    found = source.labels.labels(iris)
    return _json({iri: {"label": label, "page": page_of(iri)} for iri, label in found.items()})


def _is_text(value: object) -> bool:
    """Whether a value is a text that can be sent: JSON can hold half of a character."""
    return isinstance(value, str) and _HALF.search(value) is None


def prefixes(source: Source, parameters: Mapping[str, str]) -> Rendered:
    """The prefixes that queries need not declare, and their IRIs."""
    return _json(prefix_map())


def queries(source: Source, parameters: Mapping[str, str]) -> Rendered:
    """The library, each query with its text as it stands and bound to its defaults, and the endpoints that it asks."""
    return _json(
        [
            {
                "name": query.name,
                "title": query.title,
                "category": query.category,
                "description": query.description,
                "parameters": [asdict(parameter) for parameter in query.parameters],
                "text": query.text,
                "query": bind(query, {}),
                "endpoints": list(query.endpoints),
            }
            for query in all_queries().values()
        ]
    )


def vocabulary(source: Source, parameters: Mapping[str, str]) -> Rendered:
    """The classes and properties of the data, by how often they are used, as the store's VoID description counts."""
    classes = _partitions(source, "void:class ?term ; void:entities ?count")
    properties = _partitions(source, "void:property ?term ; void:triples ?count")
    return _json({"classes": _terms(classes), "properties": _terms(properties)})


def _partitions(source: Source, pattern: str) -> dict[str, int]:
    """Datasets overlap, so a term counts as often as in the one that has most of it."""
    text = f"SELECT ?term (MAX(?count) AS ?most) {{ ?p {pattern} }} GROUP BY ?term"
    answer = source.store.query(text, strict=True)
    rows = answer if isinstance(answer, Rows) else ()
    return {str(row["term"]): row["most"] for row in rows if isinstance(row["most"], int)}


def _terms(counts: Mapping[str, int]) -> list[dict[str, object]]:
    return [
        {"iri": iri, "curie": compress(iri), "label": property_words(iri), "count": counts[iri]}
        for iri in sorted(counts, key=lambda iri: (-counts[iri], iri))
    ]


def _entry(entry: Entry) -> dict[str, object]:
    kind = kinds().get(entry.kind)
    return {
        "iri": entry.iri,
        "label": entry.label,
        "kind": entry.kind,
        "title": kind.title if kind else "",
        "identifier": entry.identifier,
        "organism": entry.organism,
        "year": entry.year,
        "figures": entry.figures,
        "pathways": entry.pathways,
        "page": entry.page,
    }


def _limit(parameters: Mapping[str, str]) -> int:
    text = parameters.get("limit", "20")
    return min(_MOST_FOUND, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 20


def _json(value: object) -> Rendered:
    return Rendered(JSON, json.dumps(value, ensure_ascii=False, separators=(",", ":")))
