"""Identifier databases: their prefixes, names, patterns and places under identifiers.org.

The table is `data/databases.tsv`, made by `scripts/identifier_databases.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from rdfkit.package_data import beside, read_rows

# Where what has a MIRIAM path has its IRI: https://identifiers.org
REGISTRY = "https://identifiers.org/"


# Each is made once, so it is compared and remembered by identity.
@dataclass(frozen=True, slots=True, eq=False)
class Database:
    """A prefix of identifiers.

    `path` is what follows https://identifiers.org/ before the local part (`ec-code/`, `chebi/CHEBI:`), empty for a
    prefix of ours that names no data nodes. `name` is BridgeDb's full name, `pattern` what a local part is as a whole,
    `term` the context term for a cross-reference to the database, if there is one.
    """

    prefix: str
    path: str
    name: str
    pattern: re.Pattern[str]
    synonyms: tuple[str, ...]
    term: str | None

    @property
    def banana(self) -> str:
        """What stands before the local part in identifiers as the database writes them: `CHEBI:`, or nothing."""
        return self.path.partition("/")[2]


@cache
def prefixes() -> Mapping[str, Database]:
    """All prefixes that have a pattern."""
    rows = read_rows(beside(__file__, "data/databases.tsv"))
    next(rows)  # the names of the columns stand below a line that says where the table is from
    return {row[0]: _database(*row) for row in rows}


@cache
def databases() -> Mapping[str, Database]:
    """The databases whose identifiers data nodes may have, by prefix."""
    return {prefix: found for prefix, found in prefixes().items() if found.path}


def database(prefix: str) -> Database | None:
    """The database of a prefix as pages write it, whatever its case; or of a synonym such as `omim` or `flybase`."""
    return _by_any_prefix().get(prefix.strip().lower())


def database_named(name: str) -> Database | None:
    """The database with this full name, prefix or synonym, whatever its case."""
    folded = " ".join(name.split()).lower()
    return _by_name().get(folded) or _by_any_prefix().get(folded)


def _database(prefix: str, path: str, name: str, pattern: str, synonyms: str, term: str) -> Database:
    compiled = re.compile(pattern, re.ASCII)
    return Database(prefix, path, name, compiled, tuple(filter(None, synonyms.split("|"))), term or None)


@cache
def _by_any_prefix() -> Mapping[str, Database]:
    synonyms = {synonym: found for found in databases().values() for synonym in found.synonyms}
    return {**synonyms, **databases()}


@cache
def _by_name() -> Mapping[str, Database]:
    # Of two with one name the first counts.
    return {found.name.lower(): found for found in reversed(list(databases().values()))}
