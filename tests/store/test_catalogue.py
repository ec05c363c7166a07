"""The catalogue of datasets: every cross-reference of the mapping has its linkset, every name its facts."""

from __future__ import annotations

import re

from rdfkit.package_data import beside
from rdfkit.rdf import identifiers
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.iris import is_iri
from rdfkit.store import catalogue
from rdfkit.store.catalogue import datasets, linksets
from tests.support.paths import PROJECT

CONTEXTS = PROJECT / "rdfkit" / "mapping" / "jsonld" / "contexts"


def test_every_database_that_is_cross_referenced_has_a_linkset() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in CONTEXTS.rglob("*.json*"))
    properties = {expand(name) for name in re.findall(r"wp:bdb\w+", text)}
    assert len(properties) > 10
    assert properties <= {one.predicate for one in linksets() if one.dataset == "wikipathways"}


def test_citations_have_linksets_in_both_directions() -> None:
    found = {one.name: one for one in linksets() if one.predicate == expand("cito:cites")}
    article, version = expand("pmc:PMC1"), expand("wikipathways:WP1_r1")
    assert found["citedin"].inward
    assert found["citedin"].has(article, version)
    assert not found["citedin"].has(version, expand("pubmed:1"))
    assert found["references"].has(version, expand("pubmed:1"))
    assert not found["references"].has(article, version)


def test_names_are_unique_and_iris_are_iris() -> None:
    keys = [one.key for one in linksets()]
    assert len(keys) == len(set(keys))
    assert {one.dataset for one in linksets()} == datasets().keys()
    for one in datasets().values():
        version = one.version.format(day="20261120")
        named = (one.iri, version, one.landing_page, one.example, one.language, one.periodicity, *one.themes)
        assert all(is_iri(iri) for iri in named)
        assert "20261120" in version
        assert one.example.startswith(one.uri_space)


def test_uri_spaces_are_those_of_the_prefix_map() -> None:
    spaces = {one.target.uri_space for one in linksets()}
    assert spaces <= set(identifiers.prefix_map().values())
    assert beside(catalogue.__file__, "datasets.toml").is_file()
