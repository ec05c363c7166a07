"""What the label index says of things, read from the graph."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import chain
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from rdfkit.entities.types import kinds, table
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.taxa import packaged_taxa
from rdfkit.sparql.results import Rows

if TYPE_CHECKING:
    from rdfkit.store import StoreProtocol

_YEAR = re.compile(r"[0-9]{4}")
_REVISION = re.compile(r"_r([0-9]+)$")
GENE = expand("ncbigene:")
_SYMBOLS = expand("hgnc.symbol:")
FIGURE = expand("pfocr-site:figures/")
PATHWAY = expand("wikipathways:")
# What says where a pathway, a figure or a gene lives.
_ORGANISMS = ("wp:organism", "pfocr:organism", "schema:taxonomicRange")
# A label said by what refers to a gene goes behind all that the gene says itself.
_SECOND_HAND = 60
_OTHER_NAME = 50
_SYMBOL = -1
FACTS = """
CREATE TEMP TABLE said (iri TEXT NOT NULL, role INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TEMP TABLE typed (iri TEXT PRIMARY KEY, kind INTEGER NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE used (iri TEXT PRIMARY KEY, figures INTEGER NOT NULL, pathways INTEGER NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE drawn (gene TEXT NOT NULL, node TEXT NOT NULL);
CREATE TEMP TABLE part (node TEXT NOT NULL, pathway TEXT NOT NULL);
CREATE TEMP TABLE dated (iri TEXT PRIMARY KEY, year INTEGER NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE lives (iri TEXT PRIMARY KEY, taxon TEXT NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE inhabited (taxon TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX temp.drawn_as ON drawn (node);
"""


def subjects(store: StoreProtocol, name: str, value: str) -> Iterator[str]:
    for triple in store.triples(named_node(name), None, ox.NamedNode(value)):
        if isinstance(triple.subject, ox.NamedNode):
            yield triple.subject.value


def values(store: StoreProtocol, name: str, subject: str) -> Iterator[str]:
    for triple in store.triples(named_node(name), ox.NamedNode(subject)):
        if isinstance(triple.object, ox.NamedNode):
            yield triple.object.value


class _Facts(Protocol):
    """The triples that the index is made of."""

    def triples(self, name: str) -> Iterable[ox.Triple]:
        """Those with a predicate, each once."""

    def instances(self, kind: str) -> Iterable[str]:
        """The things of a class."""


class AllFacts:
    """All facts of a store."""

    def __init__(self, store: StoreProtocol) -> None:
        self._store = store

    def triples(self, name: str) -> Iterable[ox.Triple]:
        return self._store.triples(named_node(name))

    def instances(self, kind: str) -> Iterator[str]:
        answer = self._store.query(f"SELECT ?thing {{ ?thing a <{kind}> }}", strict=True)
        for row in answer.terms() if isinstance(answer, Rows) else ():
            thing = row["thing"]
            if isinstance(thing, ox.NamedNode):
                yield thing.value


class FactsAround:
    """All facts that the entries of some things follow from, and some more.

    These are the facts that say something of them or have them as value; of genes also what is said of the nodes that
    stand for them and of the pathways of these; and what lends names, organisms and years.
    """

    def __init__(self, store: StoreProtocol, wanted: Set[str]) -> None:
        self._store = store
        self._wanted = sorted(wanted)
        genes = [iri for iri in self._wanted if iri.startswith(GENE)]
        nodes = {node for gene in genes for node in subjects(store, "wp:bdbEntrezGene", gene)}
        figures = [iri for iri in self._wanted if iri.startswith(FIGURE)]
        wholes = {whole for part in (*nodes, *figures) for whole in values(store, "dcterms:isPartOf", part)}
        around = wanted | nodes | wholes
        versions = {version for iri in around for version in values(store, "pav:hasVersion", iri)}
        self._around = sorted(around | versions)

    def triples(self, name: str) -> Iterable[ox.Triple]:
        predicate = named_node(name)
        found: dict[ox.Triple, None] = {}
        for iri in self._around:
            found.update(dict.fromkeys(self._store.triples(predicate, ox.NamedNode(iri))))
        for iri in self._wanted:
            found.update(dict.fromkeys(self._store.triples(predicate, None, ox.NamedNode(iri))))
        return found

    def instances(self, kind: str) -> Iterator[str]:
        type_, class_ = named_node("rdf:type"), ox.NamedNode(kind)
        return (iri for iri in self._wanted if self._store.has(ox.NamedNode(iri), type_, class_))


def read(facts: _Facts, file: sqlite3.Connection) -> None:
    _read_kinds(facts, file)
    names = table()["names"]
    for role, name in enumerate(names["label"]):
        file.executemany("INSERT INTO said VALUES (?, ?, ?)", _texts(facts, name, role))
    for name in names["name"]:
        file.executemany("INSERT INTO said VALUES (?, ?, ?)", _texts(facts, name, _OTHER_NAME))
    file.execute("CREATE INDEX temp.said_of ON said (iri, role)")
    organisms = _read_organisms(facts, file)
    _read_versions(facts, file, organisms)
    _read_genes(facts, file)
    _read_uses(facts, file, organisms)
    _read_years(facts, file)
    _name_organisms(file)


def _read_kinds(facts: _Facts, file: sqlite3.Connection) -> None:
    for number, kind in enumerate(kinds().values()):
        for class_ in kind.classes:
            rows = ((thing, number) for thing in facts.instances(class_))
            file.executemany("INSERT OR IGNORE INTO typed VALUES (?, ?)", rows)


def _read_organisms(facts: _Facts, file: sqlite3.Connection) -> dict[str, str]:
    """Where things say that they live; the first taxon of several."""
    found: dict[str, str] = {}
    for iri, taxon in chain.from_iterable(_pairs(facts, name) for name in _ORGANISMS):
        found[iri] = min(taxon, found.get(iri, taxon))
        file.execute("INSERT OR IGNORE INTO inhabited VALUES (?)", (taxon,))
    return found


def _read_versions(facts: _Facts, file: sqlite3.Connection, organisms: Mapping[str, str]) -> None:
    """The newest version lends the pathway its names; the versions are told apart by their numbers."""
    versions: dict[str, list[str]] = {}
    for pathway, version in _pairs(facts, "pav:hasVersion"):
        versions.setdefault(pathway, []).append(version)
    newest = [(pathway, max(found, key=_by_revision)) for pathway, found in versions.items()]
    file.execute("CREATE TEMP TABLE newest (pathway TEXT, version TEXT)")
    file.executemany("INSERT INTO newest VALUES (?, ?)", newest)
    file.execute("INSERT INTO said SELECT pathway, role, text FROM newest CROSS JOIN said ON iri = version")
    lives = ((pathway, organisms[version]) for pathway, version in newest if version in organisms)
    file.executemany("INSERT OR IGNORE INTO lives VALUES (?, ?)", lives)
    pathway_kind = list(kinds()).index("pathway")
    file.executemany("REPLACE INTO typed VALUES (?, ?)", ((pathway, pathway_kind) for pathway in versions))
    file.executemany(
        "REPLACE INTO typed VALUES (?, -1)", ((version,) for found in versions.values() for version in found)
    )


def _by_revision(version: str) -> tuple[int, str]:
    return revision(version), version


def _read_genes(facts: _Facts, file: sqlite3.Connection) -> None:
    """A gene that pathways only refer to is called what they call it."""
    file.executemany(
        "INSERT INTO drawn (node, gene) VALUES (?, ?)",
        (pair for pair in _pairs(facts, "wp:bdbEntrezGene") if pair[1].startswith(GENE)),
    )
    # The official symbol goes before the ways in which pathways write it.
    symbols = (
        (iri, _SYMBOL, symbol.partition(_SYMBOLS)[2]) for iri, symbol in _pairs(facts, "wp:bdbHgncSymbol")
    )
    file.executemany(
        "INSERT INTO said VALUES (?, ?, ?)", (row for row in symbols if row[0].startswith(GENE) and row[2])
    )
    file.execute(
        "INSERT INTO said SELECT gene, ?, text FROM drawn CROSS JOIN said ON iri = node AND role = 0"
        " WHERE gene <> node",
        (_SECOND_HAND,),
    )


def _read_uses(facts: _Facts, file: sqlite3.Connection, organisms: Mapping[str, str]) -> None:
    figures: Counter[str] = Counter()
    pathways: Counter[str] = Counter()
    for name in table()["counted"]["properties"]:
        for subject, value in _pairs(facts, name):
            if subject.startswith(FIGURE):
                figures[value] += 1
            elif subject.startswith(PATHWAY):
                pathways[value] += 1
    pathways.update(_pathways_of_genes(facts, file, organisms))
    used = ((iri, figures[iri], pathways[iri]) for iri in figures.keys() | pathways.keys())
    file.executemany("INSERT INTO used VALUES (?, ?, ?)", used)


def _pathways_of_genes(
    facts: _Facts, file: sqlite3.Connection, organisms: Mapping[str, str]
) -> Mapping[str, int]:
    parts = (pair for pair in _pairs(facts, "dcterms:isPartOf") if pair[1].startswith(PATHWAY))
    file.executemany("INSERT INTO part VALUES (?, ?)", parts)
    # A gene lives where all its pathways do. Said by the figures or by the gene itself, that goes first.
    file.executemany("INSERT OR IGNORE INTO lives VALUES (?, ?)", organisms.items())
    file.execute(
        "INSERT OR IGNORE INTO lives SELECT gene, min(taxon) FROM part JOIN drawn USING (node)"
        " JOIN lives ON lives.iri = pathway GROUP BY gene HAVING count(DISTINCT taxon) = 1"
    )
    return dict(
        file.execute("SELECT gene, COUNT(DISTINCT pathway) FROM part JOIN drawn USING (node) GROUP BY gene")
    )


def _read_years(facts: _Facts, file: sqlite3.Connection) -> None:
    """The years of articles, the first of several, and those of figures, which are their articles'."""
    years: dict[str, int] = {}
    for triple in facts.triples("dcterms:issued"):
        year = read_year(triple)
        if year is not None and isinstance(triple.subject, ox.NamedNode):
            years[triple.subject.value] = min(year, years.get(triple.subject.value, year))
    file.executemany("REPLACE INTO issued VALUES (?, ?)", years.items())
    lent: dict[str, int] = {}
    for part, whole in _pairs(facts, "dcterms:isPartOf"):
        if part.startswith(FIGURE) and whole in years:
            lent[part] = min(years[whole], lent.get(part, years[whole]))
    file.executemany("INSERT INTO dated VALUES (?, ?)", (lent | years).items())


def read_year(triple: ox.Triple) -> int | None:
    value = triple.object
    return int(value.value) if isinstance(value, ox.Literal) and _YEAR.fullmatch(value.value) else None


def _name_organisms(file: sqlite3.Connection) -> None:
    """A taxon that the data name by its number alone is called what the package's table calls it."""
    file.executemany(
        "INSERT INTO said SELECT taxon, 0, ? FROM inhabited WHERE taxon = ?"
        " AND NOT EXISTS (SELECT 1 FROM said WHERE iri = taxon AND role = 0)",
        ((name, expand(f"NCBITaxon:{taxon}")) for name, taxon in packaged_taxa().items()),
    )


def _texts(facts: _Facts, name: str, role: int) -> Iterator[tuple[str, int, str]]:
    for triple in facts.triples(name):
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.Literal):
            yield triple.subject.value, role, triple.object.value


def _pairs(facts: _Facts, name: str) -> Iterator[tuple[str, str]]:
    for triple in facts.triples(name):
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode):
            yield triple.subject.value, triple.object.value


def named_node(name: str) -> ox.NamedNode:
    return ox.NamedNode(expand(name))


def revision(version: str) -> int:
    """The number of a pathway's version, 0 for an IRI without one."""
    match = _REVISION.search(version)
    return int(match[1]) if match else 0
