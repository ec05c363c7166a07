"""The kinds of page, one small module and one list of keys each.

A new kind costs a context (`jsonld/contexts/NAME.jsonld`), a list of keys (`kinds/NAME.toml`), a module with a
`document` function, a line in `KINDS`, and one in the table of `dispatch`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rdfkit.mapping.jsonld.contexts import terms
from rdfkit.mapping.schema_org.problems import REFUSALS
from rdfkit.package_data import beside, read_toml

# The key of the block that every kind of page may carry.
BLOCK = "schema-jsonld"
# The rule of a page that should have one, and those of problems that leave nothing of it: nothing else is said of it.
NO_BLOCK = "page-block"
NO_BLOCK_MESSAGE = "missing: expected a schema.org description of type Dataset"
WITHOUT_BLOCK = REFUSALS | {NO_BLOCK}

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
    names keys in which NA is a word: in a figure it is sodium, not a missing value. `prose` names keys of texts for
    people, with a dot between the key of a list or table and that inside it; outer blanks are no part of those that
    are `titles`. `block` maps properties of the schema-jsonld block to the keys that say the same. `title_key` is the
    key of what the page is about, for pages that are a dataset about it. `site` is the name of the only site with such
    pages, or None. `licence` is that of the page, where it names none.
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
    title_key: str | None
    site: str | None
    licence: str | None


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
        title_key=table.get("title_key"),
        site=table.get("site"),
        licence=table.get("licence"),
    )


def recognise(fields: Mapping[str, Any], stem: str = "") -> PageKind | None:
    """The kind of a page with these keys, or None when no kind fits.

    A page with the keys of several kinds is of that whose identifier is the name of its file, without suffix; where
    that does not tell, of that which knows most of the page's keys.
    """
    fitting = [found for found in map(kind, KINDS) if any(key in fields for key in found.told_by)]
    if len(fitting) < 2:
        return next(iter(fitting), None)
    # Any page may carry a block, so it tells a kind only where nothing else does.
    own = [found for found in fitting if found.id_key is not None]
    return max(own, key=lambda found: (_is_named(found, fields, stem), _known_keys(found, fields)))


def _is_named(found: PageKind, fields: Mapping[str, Any], stem: str) -> bool:
    """Whether an identifier of this kind is the name of the page's file, but for case and signs: `homo_sapiens`."""
    values = (fields.get(key) for key in (found.id_key, *found.told_by) if key is not None)
    return any(isinstance(value, str) and _letters(value) == _letters(stem) != "" for value in values)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _known_keys(found: PageKind, fields: Mapping[str, Any]) -> int:
    return len(fields.keys() & named_keys(found.name))


@cache
def named_keys(name: str) -> frozenset[str]:
    """The keys of pages of a kind that the context or the list of ignored keys names."""
    found = kind(name)
    return terms(name).union([BLOCK], found.keys.values(), found.rows, found.ignored, found.accounts)


def telling_keys() -> tuple[str, ...]:
    """The keys by which pages are recognised."""
    return tuple(key for name in KINDS for key in kind(name).told_by)
