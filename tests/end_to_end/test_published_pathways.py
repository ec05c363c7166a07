"""Pathways of the sample against the form in which WikiPathways publishes them, property by property.

`cases/published/WP6-pathway.ttl` and its like were written by hand: the pathway, its people, their authorships, and the
articles that cite it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from rdfkit.rdf.identifiers import compress, expand, prefix_map
from rdfkit.store import Store
from tests.support.paths import CASES

FILES = sorted((CASES / "published").glob("*-pathway.ttl"))
_VERSION = re.compile(r"WP\d+_r\d+$")
# A shared thing has these of other pathways, too: their authorships, and the versions that an article cites.
_SHARED = {expand("wp:hasAuthorship"), expand("cito:cites")}
Statements = dict[tuple[str, str], set[str]]


def _of(triples: list[ox.Triple], version: str) -> Statements:
    found: Statements = {}
    for triple in triples:
        shown, predicate = str(triple.object), triple.predicate.value
        if predicate in _SHARED and (match := _VERSION.search(shown.strip("<>"))) and match[0] != version:
            continue
        found.setdefault((compress(str(triple.subject)[1:-1]), compress(predicate)), set()).add(shown)
    return found


@pytest.mark.samples
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_property_differs(file: Path, sample_store: Store) -> None:
    published = [quad.triple for quad in ox.parse(file.read_bytes(), ox.RdfFormat.TURTLE)]
    (version,) = {
        triple.object.value.rpartition("/")[2]  # type: ignore[union-attr]
        for triple in published
        if triple.predicate.value == expand("pav:hasVersion")
    }
    expected = _of(published, version)
    subjects = {triple.subject for triple in published}
    ours = _of([triple for one in subjects for triple in sample_store.triples(subject=one)], version)
    assert {key: ours.get(key, set()) for key in expected} == expected


@pytest.mark.samples
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_authorship_and_no_citation_is_too_much(file: Path, sample_store: Store) -> None:
    graph = ox.Store()
    graph.bulk_load(file.read_bytes(), ox.RdfFormat.TURTLE)
    query = f"""SELECT ?author ?place ?cited {{
        ?pathway pav:hasVersion ?version FILTER(?pathway = wikipathways:{file.stem.partition("-")[0]})
        {{ ?authorship a wp:Authorship ; dc:creator ?author ; wpq:series_ordinal ?place
          FILTER(STRENDS(STR(?authorship), STRAFTER(STR(?version), STR(wikipathways:)))) }}
        UNION {{ ?cited a fabio:JournalArticle ; cito:cites ?version }} }}"""
    published = graph.query(query, prefixes=prefix_map())
    rows = [tuple(term.value if term is not None else None for term in row) for row in published]  # type: ignore[union-attr]
    assert rows
    ours = [(row["author"], row["place"], row["cited"]) for row in sample_store.query(query)]
    assert sorted(ours, key=str) == sorted(rows, key=str)


@pytest.mark.samples
def test_nobody_without_an_account_is_a_person(sample_store: Store) -> None:
    rows = list(
        sample_store.query(
            r"""SELECT ?user ?name { ?authorship dc:creator ?user ; a wp:Authorship
            FILTER(REGEX(STR(?user), "/[0-9.]+$"))
            OPTIONAL { ?user a ?type } OPTIONAL { ?user foaf:name ?name } FILTER(BOUND(?type) || BOUND(?name)) }"""
        )
    )
    assert rows == []
