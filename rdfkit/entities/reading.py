"""Small look-ups in a store: what a subject has for a property, and who has a value for one."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from rdfkit.errors import NotFoundError
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.iris import is_iri
from rdfkit.sparql.results import Plain, Rows
from rdfkit.store import StoreProtocol


def texts(store: StoreProtocol, subject: str, name: str) -> list[str]:
    """The literals that a subject has for a property (a CURIE), sorted."""
    terms = _values(store, subject, name)
    return sorted({term.value for term in terms if isinstance(term, ox.Literal)})


def text(store: StoreProtocol, subject: str, name: str) -> str | None:
    """The literal of a property, the first in order when there are several, None when there is none."""
    return next(iter(texts(store, subject, name)), None)


def nodes(store: StoreProtocol, subject: str, name: str) -> list[str]:
    """The IRIs that a subject has for a property (a CURIE), sorted."""
    terms = _values(store, subject, name)
    return sorted({term.value for term in terms if isinstance(term, ox.NamedNode)})


def node(store: StoreProtocol, subject: str, name: str) -> str | None:
    """The IRI of a property, the first in order when there are several, None when there is none."""
    return next(iter(nodes(store, subject, name)), None)


def subjects(store: StoreProtocol, name: str, value: str) -> list[str]:
    """The IRIs of the subjects that have an IRI for a property (a CURIE), sorted."""
    return sorted(along(store, value, f"^{name}"))


def along(
    store: StoreProtocol, start: str, path: str, limit: int | None = None, class_: str | None = None
) -> list[str]:
    """The IRIs at the end of a SPARQL property path, of a class if one is named, each once, in no order.

    At most `limit`.
    """
    typed = f" ?end a {class_} ." if class_ else ""
    return ends(store, start, f"?start {path} ?end .{typed}", limit)


def ends(store: StoreProtocol, start: str, pattern: str, limit: int | None = None) -> list[str]:
    """The IRIs that `?end` stands for in a SPARQL pattern about `?start`, each once, in no order. At most `limit`."""
    cut = f" LIMIT {limit}" if limit is not None else ""
    about = pattern.replace("?start", f"<{checked(start)}>")
    return [
        str(row["end"]) for row in rows(store, f"SELECT DISTINCT ?end {{ {about} FILTER(isIRI(?end)) }}{cut}")
    ]


def rows(store: StoreProtocol, query: str) -> Iterator[dict[str, Plain]]:
    """The rows of a SELECT, as plain values."""
    answer = store.query(query, strict=True)
    yield from answer if isinstance(answer, Rows) else ()


def is_known(store: StoreProtocol, iri: str) -> bool:
    """Whether any statement is about this IRI, leads to it, or has it as its property."""
    found = ox.NamedNode(checked(iri))
    return store.has(found, None, None) or store.has(None, None, found) or store.has(None, found, None)


def checked(iri: str) -> str:
    """The IRI, once it can stand in a query. Raises NotFoundError when it is none."""
    if not is_iri(iri):
        raise NotFoundError("this is not an IRI", value=iri)
    try:
        return ox.NamedNode(iri).value
    except ValueError as error:
        raise NotFoundError("this is not an IRI", value=iri) from error


def _values(store: StoreProtocol, subject: str, name: str) -> Iterator[object]:
    for triple in store.triples(ox.NamedNode(expand(name)), ox.NamedNode(checked(subject))):
        yield triple.object
