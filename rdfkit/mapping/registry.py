"""The kinds of page, one small module and one list of keys each.

A new kind costs a context (`jsonld/contexts/NAME.jsonld`), a list of keys (`kinds/NAME.toml`), a module with a
`document` function, a line in `KINDS`, and one in the table of `dispatch`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rdfkit.package_data import beside, read_toml

# In the order in which a page is tried: any page may carry a schema-jsonld block, so `document` is last.
KINDS = ("pathway", "figure", "author", "community", "organism", "term", "document")


@dataclass(frozen=True, slots=True)
class PageKind:
    """What `kinds/NAME.toml` says of a kind.

    A page is of this kind when it has one of the keys `told_by`. `id_key` is the key of its identifier, or None when
    the file's name is all there is. `ignored` lists keys that are left out of the graph, each with the reason.
    `keys` says, for terms of the context that are not named like the key they come from, which key it is.
    `rows` lists, for keys that hold lists of mappings, the keys of such a mapping, `lists` those of them that hold
    lists of texts. `accounts` maps keys that name an account elsewhere to the start of its address. `verbatim`
    names keys whose text counts whatever it is: the word NA in a figure is sodium, not a missing value. `prose` names
    keys of texts for people, with a dot between the key of a list or table and that inside it; outer blanks are no part
    of those that are `titles`. `block` maps properties of the schema-jsonld block to the keys that say the same.
    """

    name: str
    told_by: tuple[str, ...]
    id_key: str | None
    ignored: Mapping[str, str]
    keys: Mapping[str, str]
    rows: Mapping[str, tuple[str, ...]]
    lists: Mapping[str, tuple[str, ...]]
    accounts: Mapping[str, str]
    verbatim: frozenset[str]
    prose: frozenset[str]
    titles: frozenset[str]
    block: Mapping[str, str]


@cache
def kind(name: str) -> PageKind:
    """The kind of that name."""
    table = read_toml(beside(__file__, "kinds") / f"{name}.toml")
    return PageKind(
        name=name,
        told_by=tuple(table["told_by"]),
        id_key=table.get("id_key"),
        ignored=table.get("ignored", {}),
        keys=table.get("keys", {}),
        rows={key: tuple(columns) for key, columns in table.get("rows", {}).items()},
        lists={key: tuple(columns) for key, columns in table.get("lists", {}).items()},
        accounts=table.get("accounts", {}),
        verbatim=frozenset(table.get("verbatim", ())),
        prose=frozenset(table.get("prose", ())),
        titles=frozenset(table.get("titles", ())),
        block=table.get("block", {}),
    )


def recognise(fields: Mapping[str, Any]) -> PageKind | None:
    """The kind of a page with these keys, or None when no kind fits."""
    kinds = (kind(name) for name in KINDS)
    return next((found for found in kinds if any(key in fields for key in found.told_by)), None)


def telling_keys() -> tuple[str, ...]:
    """The keys by which pages are recognised."""
    return tuple(key for name in KINDS for key in kind(name).told_by)
