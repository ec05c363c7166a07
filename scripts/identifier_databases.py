"""Makes the table of identifier databases, rdfkit/rdf/data/databases.tsv.

    python scripts/identifier_databases.py DATASOURCES_TSV [OUTPUT]

The sources are BridgeDb's table of data sources (https://github.com/bridgedb/datasources), which names the databases
as WikiPathways' RDF does, the package `bioregistry`, which knows patterns and synonyms, and `identifier_databases.toml`
beside this script for what neither has. The first line of the table records them, and a test makes it again.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import bioregistry

HAND_WRITTEN = Path(__file__).with_suffix(".toml")
TABLE = Path(__file__).resolve().parent.parent / "rdfkit" / "rdf" / "data" / "databases.tsv"
COLUMNS = ("prefix", "path", "name", "pattern", "synonyms", "term")
# Columns of BridgeDb's table, from 0.
_NAME, _EXAMPLE, _URN, _PATTERN, _BIOREGISTRY = 0, 4, 8, 9, 12
_MIRIAM = "urn:miriam:"


@dataclass
class Source:
    """What BridgeDb, Bioregistry and the hand-written file say of one database."""

    prefix: str
    name: str = ""
    example: str = ""
    pattern: str = ""
    registered: str = ""
    also: list[str] = field(default_factory=list)


def table(datasources: Path) -> str:
    """The text of the table."""
    hand = tomllib.loads(HAND_WRITTEN.read_text(encoding="utf-8"))
    content = datasources.read_bytes()
    found = _sources(content.decode(), hand)
    names = _synonyms(found, hand)
    rows = [_row(source, names[source.prefix], hand) for source in found.values()]
    rows += [[prefix, "", "", pattern, "", ""] for prefix, pattern in hand["ours"].items()]
    made = (
        f"# Made by scripts/identifier_databases.py from bioregistry {version('bioregistry')} and BridgeDb's"
    )
    made += f" datasources.tsv, SHA-256 {hashlib.sha256(content).hexdigest()}. Do not edit."
    return "".join(
        line + "\n" for line in (made, "\t".join(COLUMNS), *("\t".join(row) for row in sorted(rows)))
    )


def _sources(text: str, hand: Mapping[str, Any]) -> dict[str, Source]:
    """The databases by prefix: MIRIAM path, else the name in Bioregistry. Of two with one prefix the first counts."""
    found: dict[str, Source] = {}
    for row in csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        registered = row[_BIOREGISTRY].strip()
        miriam = row[_URN].removeprefix(_MIRIAM) if row[_URN].startswith(_MIRIAM) else ""
        if prefix := miriam or _registry_path(registered):
            source = Source(prefix, row[_NAME].strip(), row[_EXAMPLE], row[_PATTERN], registered or miriam)
            source.also += [registered, row[_NAME].strip()]
            found.setdefault(prefix, source)
    for registered in hand["more"]:
        found.setdefault(
            _registry_path(registered), Source(_registry_path(registered), registered=registered)
        )
    return found


def _registry_path(registered: str) -> str:
    known = bioregistry.get_resource(registered) if registered else None
    return (known.get_miriam_prefix() if known else "") or registered


def _row(source: Source, synonyms: list[str], hand: Mapping[str, Any]) -> list[str]:
    prefix = source.prefix
    known = bioregistry.get_resource(source.registered)
    path = hand["paths"].get(prefix, prefix) + "/"
    name = hand["names"].get(prefix) or source.name or (known.get_name() if known else "") or prefix
    pattern = hand["patterns"].get(prefix) or (known.get_pattern() if known else "") or source.pattern
    whole = _whole(prefix, pattern)
    # ChEBI, GO and others have a name before the number, which is a part of the identifier where BridgeDb has it.
    before, colon, local = source.example.partition(":")
    if colon and before.upper() == prefix.partition(".")[0].upper() and re.fullmatch(whole, local):
        path += before + colon
    return [prefix, path, name, whole, "|".join(synonyms), hand["terms"].get(prefix, "")]


def _whole(prefix: str, pattern: str | None) -> str:
    """A pattern for the whole text. Ends the script when there is none, or none that Python reads."""
    whole = (pattern or "").removeprefix("^").removesuffix("$").replace("\\_", "_").replace("\\:", ":")
    if not whole or "\t" in whole:
        sys.exit(f"{prefix} has no pattern: write one into {HAND_WRITTEN.name}")
    re.compile(whole, re.ASCII)
    return whole


def _synonyms(found: Mapping[str, Source], hand: Mapping[str, Any]) -> dict[str, list[str]]:
    """Other names of each database, in lower case. What would name two databases is a name of the first alone."""
    taken = set(found)
    names: dict[str, list[str]] = {}
    for prefix, source in found.items():
        own = {name.lower() for name in _names(source)} | set(hand["synonyms"].get(prefix, []))
        names[prefix] = sorted(name for name in own if name and name not in taken)
        taken.update(names[prefix])
    return names


def _names(source: Source) -> Iterator[str]:
    yield from source.also
    known = bioregistry.get_resource(source.registered)
    if known is not None:
        yield from (known.prefix, known.get_preferred_prefix() or "", *known.get_synonyms())


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    Path(sys.argv[2] if len(sys.argv) > 2 else TABLE).write_text(table(Path(sys.argv[1])), encoding="utf-8")
