"""The schema.org block of a page: what the graph knows of it, valid against the shapes, the same on every run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from rdfkit import package_data
from rdfkit.mapping.schema_org import packaged_context
from rdfkit.publishing.export import source_store
from rdfkit.publishing.schema_org import CONTEXT, blocks, write_blocks
from rdfkit.validation import validator
from tests.support.command_line import run_command
from tests.support.paths import SAMPLES, SEEDS

PATHWAY = """---
wpid: WP1
title: A pathway of things
revision: r12
last-edited: 2025-12-01
organisms: [Homo sapiens]
description: Words about it.
authors: [Zed, MaintBot, Alice B, Carl]
annotations:
- {id: PW:0000512, value: a term}
- {id: DOID:1, value: a disease}
communities: [CPTAC]
schema-jsonld:
- '@context': https://schema.org/
  '@id': https://example.org/pathways/WP1.html
  '@type': Dataset
  name: CreativeWork
  creator: {'@type': Organization, name: WikiPathways}
  keywords: [IL6, TNF]
  license: CC0
---
"""
AUTHOR = """---
username: Alice B
realname: Alice Brown
orcid: 0000-0001-5706-2163
wikidata: Q1
---
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    for name, text in {"_pathways/WP1.md": PATHWAY, "_authors/Alice.md": AUTHOR}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def block(site: Path) -> dict[str, Any]:
    with source_store([site]) as (store, _):
        (found,) = blocks(store)
    assert found[0] == "https://example.org/pathways/WP1.html"
    return found[1]


def test_a_pathway_has_all_that_the_profile_asks_for(block: dict[str, Any]) -> None:
    assert block["@context"] == CONTEXT
    assert block["@id"] == block["url"] == "https://example.org/pathways/WP1.html"
    assert (block["@type"], block["identifier"], block["name"]) == ("Dataset", "WP1", "A pathway of things")
    assert block["description"] == "Words about it."
    assert block["keywords"] == ["IL6", "TNF"]
    assert block["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert block["dateModified"] == "2025-12-01"
    assert block["version"] == "r12"
    conforms = block["http://purl.org/dc/terms/conformsTo"]["@id"]
    assert conforms == "https://bioschemas.org/profiles/Dataset/1.0-RELEASE"


def test_authors_stand_in_their_order_with_their_orcid(block: dict[str, Any]) -> None:
    orcid = "https://orcid.org/0000-0001-5706-2163"
    assert [person["@id"] for person in block["author"]] == [
        "http://rdf.wikipathways.org/User/Zed",
        orcid,
        "http://rdf.wikipathways.org/User/Carl",
    ]
    alice = block["creator"][1]
    assert (alice["name"], alice["identifier"]) == ("Alice Brown", orcid)
    assert "http://rdf.wikipathways.org/User/Alice_B" in alice["sameAs"]
    assert block["creator"][-1]["name"] == "WikiPathways"


def test_what_it_is_about(block: dict[str, Any]) -> None:
    about = [(one["@id"].rpartition("/")[2], one.get("@type"), one["name"]) for one in block["about"]]
    assert about == [
        ("WP1", None, "A pathway of things"),
        ("DOID_1", "DefinedTerm", "a disease"),
        ("PW_0000512", "DefinedTerm", "a term"),
        ("NCBITaxon_9606", "Taxon", "Homo sapiens"),
    ]


def test_without_keywords_it_claims_no_profile(tmp_path: Path) -> None:
    (tmp_path / "WP1.md").write_text(PATHWAY.replace("  keywords: [IL6, TNF]\n", ""), encoding="utf-8")
    with source_store([tmp_path]) as (store, _):
        ((_, found),) = blocks(store)
    assert "keywords" not in found
    assert "http://purl.org/dc/terms/conformsTo" not in found


def test_the_blocks_are_valid_and_the_same_on_every_run(site: Path, tmp_path: Path) -> None:
    with source_store([site, SEEDS]) as (store, _):
        files = write_blocks(store, tmp_path / "one")
        again = write_blocks(store, tmp_path / "two")
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in again]
    assert len(files) > 1
    assert not _results(files)


def test_the_command_writes_a_file_for_each_page(site: Path, tmp_path: Path) -> None:
    done = run_command("export", site, "--schema-org", tmp_path / "out")
    assert (done.returncode, done.stdout) == (0, "")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["WP1.jsonld"]
    assert run_command("export", site, "--schema-org", tmp_path, "--format", "turtle").returncode == 2


@pytest.mark.samples
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the pages of the real sites are not beside the checkout")
def test_the_blocks_of_real_pages_are_valid(tmp_path: Path) -> None:
    with source_store([SAMPLES / "wikipathways" / "_pathways", SAMPLES / "pfocr"]) as (store, _):
        files = write_blocks(store, tmp_path)
    assert len(files) > 200
    # One page has neither keywords nor anything that it draws.
    assert {result.shape.rpartition("#")[2] for result in _results(files)} <= {"DatasetShape-keywords"}


def _results(files: list[Path]) -> list[Any]:
    """What the shapes say of the blocks, which are read with the context that ships with the package."""
    names = ("bioschemas", "dataset")
    shapes = validator.load_shapes([package_data.shapes_folder() / f"{name}.ttl" for name in names])
    triples = []
    for file in files:
        block = json.loads(file.read_text(encoding="utf-8"))
        assert block["@context"] == CONTEXT
        read = json.dumps(block | {"@context": packaged_context()})
        quads = list(ox.parse(read.encode(), ox.RdfFormat.JSON_LD))
        assert not any(isinstance(quad.subject, ox.BlankNode) for quad in quads)
        triples += [quad.triple for quad in quads]
    return validator.check(triples, shapes).results
