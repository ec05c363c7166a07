"""What kinds of things people look for, and where each has its page: the table in `types.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, unquote

from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.identifiers import compress, expand
from rdfkit.rdf.iris import is_iri, percent_encode

OTHER = "other"
# What a path or a browser would change on its way: such a name goes into the query instead.
_STEPS = frozenset({"", ".", ".."})


@dataclass(frozen=True, slots=True)
class EntityType:
    """One kind of thing: its name, what people call one and many, its classes and namespaces as IRIs.

    What is `hidden` has a label, but no search finds it. What is `titled` is called by sentences rather than names.
    """

    name: str
    title: str
    plural: str
    classes: tuple[str, ...]
    namespaces: tuple[str, ...]
    hidden: bool = False
    titled: bool = False


@dataclass(frozen=True, slots=True)
class ShortPath:
    """Where the IRIs of a namespace have a short path: `path` and the rest of the IRI, or `path` and the CURIE."""

    path: str
    namespaces: tuple[str, ...]
    suffix: str
    curie: bool


@cache
def kinds() -> Mapping[str, EntityType]:
    """The kinds by name, in the order in which a search shows them. The last is what is none of the others."""
    found = [
        EntityType(
            name=row["name"],
            title=row["title"],
            plural=row["plural"],
            classes=tuple(map(expand, row["classes"])),
            namespaces=tuple(map(expand, row["namespaces"])),
            hidden=row.get("hidden", False),
            titled=row.get("titled", False),
        )
        for row in table()["kinds"]
    ]
    return {kind.name: kind for kind in (*found, EntityType(OTHER, "Other", "Other things", (), ()))}


@cache
def short_paths() -> tuple[ShortPath, ...]:
    """Where the namespaces have their short paths."""
    return tuple(
        ShortPath(
            path=row["path"],
            namespaces=tuple(map(expand, row["namespaces"])),
            suffix=row.get("suffix", ""),
            curie=row["spelled"] == "curie",
        )
        for row in table()["pages"]
    )


@cache
def table() -> Mapping[str, Any]:
    """The whole of `types.toml`."""
    return read_toml(beside(__file__, "types.toml"))


def page_of(iri: str) -> str:
    """The path of the page about an IRI, escaped as it stands in a link."""
    place, name = _placed(iri)
    return place.path + quote(name, safe=":@") if place else "/entity?iri=" + quote(iri, safe=":/@")


def iri_at(path: str, name: str) -> str | None:
    """The IRI whose page is at a short path (such as `/gene/`) and a name, unescaped. None when there can be none.

    It undoes `page_of`: `iri_at("/gene/", "3569")`.
    """
    for place in short_paths():
        if place.path == path:
            iri = _iri(place, name)
            return iri if iri is not None and is_iri(iri) else None
    return None


def identifier(iri: str) -> str:
    """What people know a thing by: the end of the IRI where its page has a short path, the CURIE elsewhere."""
    return _placed(iri)[1]


def compact(iri: str) -> str:
    """The CURIE of an IRI, or what it ends in when it has none: a label for what has no label."""
    short = compress(iri)
    if short != iri:
        return unquote(short)
    end = iri.rstrip("/#").replace("#", "/").rpartition("/")[2]
    return unquote(end) or iri


def _placed(iri: str) -> tuple[ShortPath | None, str]:
    """Where an IRI has its short path, and its name there; nowhere, and its CURIE, when it has none."""
    for place in short_paths():
        local = _local(iri, place)
        if local is not None:
            return place, f"{compress(iri).partition(':')[0]}:{local}" if place.curie else local
    return None, compress(iri)


def _local(iri: str, place: ShortPath) -> str | None:
    """What an IRI ends in, unescaped, when its page is at this place and a path can say it."""
    start = next((start for start in place.namespaces if iri.startswith(start)), None)
    if start is None or not iri.endswith(place.suffix):
        return None
    encoded = iri[len(start) : len(iri) - len(place.suffix)]
    local = unquote(encoded)
    plain = percent_encode(local) == encoded and not _STEPS & set(local.split("/"))
    return local if plain and "\\" not in local and "#" not in encoded else None


def _iri(place: ShortPath, name: str) -> str | None:
    if not place.curie:
        return place.namespaces[0] + percent_encode(name) + place.suffix
    prefix, colon, local = name.partition(":")
    namespace = expand(f"{prefix}:")
    return namespace + percent_encode(local) if colon and namespace != f"{prefix}:" else None
