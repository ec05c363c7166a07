"""What curators should look at in the data nodes of a pathway: identifiers that do not fit label, type or species."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from rdfkit.mapping.fields import Fields, Row
from rdfkit.mapping.lookups import Site
from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.reading import Reading, read_curie, trimmed
from rdfkit.report import Severity

# Pathways draw a thing under several names: what it is, and a state or a place of it. Beyond these it is a slip.
_MANY_LABELS = 4
_HGNC, _ENTREZ = "hgnc.symbol:", "ncbigene:"
# Advice shows no pattern that is longer, or that says what must not stand there.
_LONG = 60


class RowGene(NamedTuple):
    """The gene of a row. `label` is that of the row when it is not the symbol: it may be that of another gene."""

    entrez: str
    symbol: str
    label: str | None


def gene_of(texts: Mapping[str, str]) -> RowGene | None:
    """The gene of a row that has one Entrez id and one symbol in the columns for them; None for any other row."""
    entrez = _only(texts.get("NCBI gene"), _ENTREZ)
    symbol = _only(texts.get("HGNC"), _HGNC) if entrez else None
    if not entrez or not symbol:
        return None
    label = trimmed(texts.get("Label", ""))
    return RowGene(entrez, symbol, label if label and label.lower() != symbol.lower() else None)


class ForeignGene(NamedTuple):
    """The identifier of a gene of another species: its column, its text, its local part, the species."""

    column: str
    written: str
    local: str
    species: str


def foreign_gene(texts: Mapping[str, str], taxa: Collection[str]) -> ForeignGene | None:
    """The first identifier in a row whose form says that the gene is of none of the taxa."""
    for column in ("Identifier", "Ensembl"):
        for part in texts.get(column, "").split(";"):
            found = _species(part)
            if found and found.taxon not in taxa:
                return ForeignGene(column, part, found.gene, found.name)
    return None


class Checks:
    """What is found in one table. `taxa` are those of the pathway; `finish` tells what only the whole table shows."""

    def __init__(self, fields: Fields, site: Site, taxa: list[str]) -> None:
        self._fields = fields
        self._site = site
        self._taxa = taxa
        self._labels: dict[str, dict[str, None]] = {}
        self._rows: dict[str, Row] = {}
        self._kinds: dict[tuple[str, str], list[Row]] = {}
        self._is_locus_told = False

    def check(self, row: Row, read: Reading, label: str | None) -> None:
        """Checks one row: its label, its type, its species."""
        self._check_symbol(row)
        self._check_species(row)
        if read.local is None or read.database is None:
            return
        self._check_type(row, read)
        self._note_locus(row, read)
        if label:
            name = read.node
            self._rows.setdefault(name, row)
            self._labels.setdefault(name, {}).setdefault(label.casefold())

    def finish(self) -> None:
        """Tells which identifiers stand under too many labels, and of types that only say too much."""
        self._tell_kinds()
        for name, labels in self._labels.items():
            if len(labels) > _MANY_LABELS:
                row = self._rows[name]
                self._note(
                    row,
                    "Identifier",
                    "datanode-labels",
                    f"{len(labels)} different labels of this pathway have this one identifier",
                    "Give each the identifier of what its label says.",
                )

    def note_unidentified(self, row: Row, read: Reading, is_locus: bool) -> None:
        """Tells of an identifier that is none, and what becomes of its row."""
        message, wanted = _why_none(read, row.texts["Identifier"])
        kept = "the node is kept under the name of its row"
        kept += ", with a cross-reference to Ensembl, which its form tells" if is_locus else ""
        self._note(
            row,
            "Identifier",
            "datanode-identifier",
            message,
            f"{wanted}; {kept}",
            Severity.INFO if is_locus else Severity.WARNING,
        )

    def note_misplaced(self, row: Row) -> None:
        """Tells of an identifier in the column for the label or the type of a row that has none where it belongs."""
        for column in ("Type", "Label"):
            text = row.get(column) or ""
            if ":" in text and read_curie(text).local is not None:
                advice = "Move it to the column Identifier; until then the row has none."
                self._note(
                    row, column, "datanode-identifier", f'the identifier "{text}" is no {column}', advice
                )

    def note_no_reference(self, row: Row, column: str, text: str, read: Reading) -> None:
        """Tells of a cross-reference that is none."""
        message, wanted = _why_none(read, text)
        self._note(row, column, "cross-reference", message, f"{wanted}; it is left out", value=text)

    def note_repair(
        self, rule: str, row: Row, column: str, text: str, read: Reading, severity: Severity
    ) -> None:
        """Tells what an identifier was read as that is repaired."""
        if read.database:
            said = f'"{text}" was read as the identifier {read.identifier} of {read.database.name}'
            level = severity if read.is_other else Severity.INFO
            advice = f"Write {read.database.prefix}:{read.identifier}."
            self._note(row, column, rule, said, advice, level, value=text)

    def _note(
        self,
        row: Row,
        column: str,
        rule: str,
        message: str,
        advice: str,
        severity: Severity = Severity.WARNING,
        value: str | None = None,
    ) -> None:
        value = value if value is not None else row.get(column)
        place = (*row.key_path, column)
        self._fields.note(rule, message, *place, severity=severity, value=value, advice=advice)

    def _check_symbol(self, row: Row) -> None:
        own = gene_of(row.texts) if len(self._taxa) == 1 else None
        if own is None or own.label is None:
            return
        other = self._site.gene(own.label, self._taxa)
        if other and other.entrez != own.entrez:
            self._note(
                row,
                "Label",
                "datanode-symbol",
                f'the label "{own.label}" is the symbol of another gene than the identifier, '
                f"which is that of {own.symbol}",
                f"Write ncbigene:{other.entrez} if {own.label} is meant, else the label {own.symbol}.",
            )

    def _check_species(self, row: Row) -> None:
        # Of a pathway of a virus or a bacterium the genes may be those of its host.
        if not self._taxa or not _known_taxa().issuperset(self._taxa):
            return
        if found := foreign_gene(row.texts, self._taxa):
            names = ", ".join(self._fields.texts("organisms"))
            self._note(
                row,
                found.column,
                "datanode-species",
                f"{found.local} is of {found.species}, and the pathway of {names}",
                "Write the gene of the pathway's species, or name both species on the page.",
                value=found.written,
            )

    def _check_type(self, row: Row, read: Reading) -> None:
        kind = row.get("Type") or ""
        for name, thing in _things_in(read.database.prefix) if read.database else ():
            if read.database and kind in thing["never"]:
                if "severity" in thing:
                    self._kinds.setdefault((name, kind), []).append(row)
                    return
                message = (
                    f"{read.identifier} of {read.database.name} is {thing['is']}, and its type is {kind}"
                )
                self._note(row, "Type", "datanode-kind", message, thing["advice"])

    def _tell_kinds(self) -> None:
        """Tells of types that mislead nobody, once for each."""
        for (name, kind), rows in self._kinds.items():
            thing = _things()[name]
            message = f"identifiers of {thing['is']} have the type {kind}: {len(rows)} in this table"
            self._note(
                rows[0], "Type", "datanode-kind", message, thing["advice"], Severity(thing["severity"])
            )

    def _note_locus(self, row: Row, read: Reading) -> None:
        """Once a table: WikiPathways has AGI codes under the prefix of TAIR's numbers, and so has its RDF."""
        is_code = read.database and read.database.prefix == "tair.locus" and not (read.local or "").isdigit()
        if is_code and not self._is_locus_told:
            self._is_locus_told = True
            self._note(
                row,
                "Identifier",
                "datanode-locus",
                f"{read.local} is the name of a gene (AGI code), and tair.locus has numbers",
                "Write ensembl: before AGI codes; they are kept as they stand, as in WikiPathways' RDF.",
                Severity.INFO,
            )


_GENES = frozenset({"ensembl", "ensembl.plant", "ensembl.fungi", "ensembl.metazoa", "fb", "wb"})


def _only(text: str | None, prefix: str) -> str | None:
    return text.removeprefix(prefix) if text and text.startswith(prefix) and ";" not in text else None


def _why_none(read: Reading, text: str) -> tuple[str, str]:
    """What is wrong with an identifier, and what was expected."""
    if read.database is not None:
        pattern = read.database.pattern.pattern
        is_plain = len(pattern) <= _LONG and "(?" not in pattern
        shown = f" of the form {pattern}" if is_plain else ""
        wanted = f"expected {read.database.prefix}: and an identifier{shown}"
        return f'"{read.written}" is no identifier of {read.database.name}', wanted
    prefix, colon, _ = text.strip().partition(":")
    if colon and prefix.strip():
        return f'"{text}" names no known database', "expected the prefix of a database, such as ncbigene:5604"
    return (
        f'the database of the identifier "{read.written}" is not known',
        "Write its prefix before the identifier, such as ensembl:",
    )


@cache
def _things() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = read_toml(beside(__file__, "datanode_checks.toml"))["things"]
    return found


@lru_cache(512)
def _things_in(prefix: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """The things that a database has, by name."""
    return tuple((name, thing) for name, thing in _things().items() if prefix in thing["databases"])


class _Species(NamedTuple):
    """A gene, and the taxon and the name of the species whose genes have identifiers of its form."""

    gene: str
    taxon: str
    name: str


@lru_cache(1 << 15)
def _species(text: str) -> _Species | None:
    """The species of an identifier, if its form tells one."""
    read = read_curie(text)
    if read.local is None or read.database is None or read.database.prefix not in _GENES:
        return None
    fitting = ((taxon, name) for pattern, taxon, name in _stems() if pattern.match(read.local))
    taxon, name = next(fitting, (None, ""))
    return _Species(read.local, taxon, name) if taxon else None


@cache
def _stems() -> list[tuple[re.Pattern[str], str, str]]:
    rows = read_toml(beside(__file__, "datanode_checks.toml"))["stems"]
    return [(re.compile(row[0], re.ASCII), row[1], row[2]) for row in rows]


@cache
def _known_taxa() -> frozenset[str]:
    return frozenset(taxon for _, taxon, _ in _stems())
