"""Library queries on the sample sites, against rows computed straight from the files."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import yaml

import rdfkit
from rdfkit.sparql.library import bind, find_query
from rdfkit.store import Store

IDENTIFIERS = "https://identifiers.org/"
Row = dict[str, object]


def _ask(store: Store, name: str, **parameters: str) -> list[Row]:
    return list(store.query(bind(find_query(name), parameters)))  # type: ignore[arg-type]


def _ids(rows: list[Row], column: str = "pathway") -> set[str]:
    return {str(row[column]).rpartition("/")[2] for row in rows}


@pytest.fixture(scope="module")
def pathways(samples: Path) -> dict[str, dict[str, object]]:
    """The front matter of every pathway page by its id."""
    files = sorted((samples / "wikipathways" / "_pathways").glob("*.md"))
    read = (yaml.load(path.read_text().split("\n---")[0][4:], Loader=yaml.BaseLoader) for path in files)
    return {str(fields["wpid"]): fields for fields in read}


@pytest.fixture(scope="module")
def tables(samples: Path) -> dict[str, dict[str, list[list[str]]]]:
    """The rows of every table of the site by its kind and its pathway; shifted rows are moved back."""
    found: dict[str, dict[str, list[list[str]]]] = defaultdict(dict)
    for path in sorted((samples / "wikipathways" / "_data").glob("*.tsv")):
        name, _, kind = path.stem.partition("-")
        lines = path.read_text(encoding="utf-8").split("\n")
        rows = [line.split("\t") for line in lines[1:] if line]
        for cells in rows:
            if len(cells) > len(lines[0].split("\t")):
                cells.remove("")
        found[kind][name] = rows
    return found


def test_authors_in_order_with_orcid(
    sample_store: Store, samples: Path, pathways: dict[str, dict[str, object]]
) -> None:
    authors = [name for name in pathways["WP364"]["authors"] if name != "MaintBot"]  # type: ignore[attr-defined]
    orcids = []
    for name in authors:
        text = (samples / "wikipathways" / "_authors" / f"{name}.md").read_text()
        found = yaml.load(text.split("\n---")[0][4:], Loader=yaml.BaseLoader)["orcid"]
        orcids.append(None if found in ("", "~") else f"https://orcid.org/{found}")
    rows = _ask(sample_store, "authors-of-pathway", pathway="WP364")
    assert [row["ordinal"] for row in rows] == [str(number) for number in range(1, 13)]
    assert [row["orcid"] for row in rows] == orcids


def test_pathways_of_an_author(sample_store: Store, pathways: dict[str, dict[str, object]]) -> None:
    expected = {name for name, page in pathways.items() if "Egonw" in page["authors"]}  # type: ignore[operator]
    assert _ids(_ask(sample_store, "pathways-of-author", author="Egonw")) == expected


def test_authors_by_pathways(sample_store: Store, pathways: dict[str, dict[str, object]]) -> None:
    counts = Counter(name for page in pathways.values() for name in set(page["authors"]))  # type: ignore[call-overload]
    rows = _ask(sample_store, "authors-by-pathways")
    assert [row["pathways"] for row in rows] == sorted(
        (n for name, n in counts.items() if name not in ("MaintBot", "TestUser", "Wpblocked")), reverse=True
    )[:100]


def test_communities(sample_store: Store, pathways: dict[str, dict[str, object]]) -> None:
    expected = {name for name, page in pathways.items() if "CPTAC" in (page.get("communities") or ())}
    assert _ids(_ask(sample_store, "pathways-of-community", community="CPTAC")) == expected
    rows = {
        str(row["community"]).rpartition(":")[2]: row["pathways"] for row in _ask(sample_store, "communities")
    }
    assert len(rows) == 20
    assert rows["CPTAC"] == len(expected)


def test_collections(sample_store: Store, samples: Path) -> None:
    page = (samples / "wikipathways" / "_communities" / "cptac.md").read_text()
    fields = yaml.load(page.split("\n---")[0][4:], Loader=yaml.BaseLoader)
    expected = {(one["name"], pathway) for one in fields["collections"] for pathway in one["wpids"]}
    rows = _ask(sample_store, "collections-of-community", community="CPTAC")
    assert {(row["collection"], str(row["pathway"]).rpartition("/")[2]) for row in rows} == expected


def test_data_nodes(sample_store: Store, tables: dict[str, dict[str, list[list[str]]]]) -> None:
    nodes = tables["datanodes"]
    rows = _ask(sample_store, "datanodes-of-pathway", pathway="WP364")
    found = {(row["type"], _ids([row], "node").pop()) for row in rows}
    expected = {(cells[1], cells[2].partition(":")[2]) for cells in nodes["WP364"]}
    # Other pathways may give another type to the same thing.
    assert found >= expected
    assert {name for _, name in found} == {name for _, name in expected}
    genes = {
        curie for cells in nodes["WP364"] for curie in (cells[2], *cells[5].split(";")) if "ncbigene" in curie
    }
    found = _ask(sample_store, "genes-of-pathway", pathway="WP364")
    assert {f"ncbigene:{name}" for name in _ids(found, "gene")} == genes
    drawn = {
        name
        for name, table in nodes.items()
        for cells in table
        if "ncbigene:6774" in (cells[2], *cells[5].split(";"))
    }
    assert _ids(_ask(sample_store, "pathways-with-gene", entrez="6774")) == drawn
    metabolites = {
        cells[2].rpartition(":")[2] for cells in nodes["WP79"] if cells[1] == "Metabolite" and cells[2]
    }
    assert {name.removeprefix("CHEBI:").removeprefix("CID") for name in
            _ids(_ask(sample_store, "metabolites-of-pathway", pathway="WP79"), "node")} == metabolites  # fmt: skip


def test_references(sample_store: Store, tables: dict[str, dict[str, list[list[str]]]]) -> None:
    bibliography = tables["bibliography"]
    pairs = {(name, row[0]) for name, rows in bibliography.items() for row in rows if row[1] == "Pubmed"}
    cited = Counter(article for _, article in pairs if article.isdigit())
    article, _ = cited.most_common(1)[0]
    expected = {name for name, rows in bibliography.items() if any(row[0] == article for row in rows)}
    assert _ids(_ask(sample_store, "pathways-citing-article", pubmed=article)) == expected
    top = {
        _ids([row], "reference").pop(): row["pathways"] for row in _ask(sample_store, "articles-by-pathways")
    }
    assert top[article] == len(expected) == max(cited.values())
    without = {name for name, rows in bibliography.items() if not any(row[0] for row in rows)}
    assert _ids(_ask(sample_store, "pathways-without-references")) >= without
    assert {row["reference"] for row in _ask(sample_store, "references-of-pathway", pathway="WP364")} == {
        f"{IDENTIFIERS}pubmed/{row[0]}" for row in bibliography["WP364"]
    }


def test_species_counts(sample_store: Store, pathways: dict[str, dict[str, object]]) -> None:
    named = (page["organisms"] for page in pathways.values())
    names = Counter(name for one in named for name in ([one] if isinstance(one, str) else one))  # type: ignore[attr-defined]
    counted = _ask(sample_store, "pathways-and-figures-by-organism")
    rows = {row["name"]: row["pathways"] for row in counted if row["pathways"]}
    assert rows == names


def test_curation_lists(
    sample_store: Store, pathways: dict[str, dict[str, object]], tables: dict[str, dict[str, list[list[str]]]]
) -> None:
    def empty(key: str) -> set[str]:
        return {name for name, page in pathways.items() if not page.get(key)}

    assert _ids(_ask(sample_store, "pathways-without-description")) == empty("description")
    assert _ids(_ask(sample_store, "pathways-without-terms")) == empty("annotations")
    nodes = {name for name, rows in tables["datanodes"].items() if not any(cells[2] for cells in rows)}
    assert _ids(_ask(sample_store, "pathways-without-datanodes")) == nodes
    labels = {row["label"] for row in _ask(sample_store, "unidentified-nodes")}
    assert {cells[0] for rows in tables["datanodes"].values() for cells in rows if not cells[2]} <= labels


def test_chemicals_and_diseases(sample_store: Store) -> None:
    chemicals = {
        _ids([row], "chemical").pop(): row["chebi"] for row in _ask(sample_store, "chemicals-in-figures")
    }
    assert chemicals == {
        "D019821": f"{IDENTIFIERS}chebi/CHEBI:9150",
        "D002118": f"{IDENTIFIERS}chebi/CHEBI:22984",
    }
    diseases = {
        _ids([row], "disease").pop(): row["word"] for row in _ask(sample_store, "diseases-in-figures")
    }
    assert diseases == {"D006973": "hypertensives", "C000657245": "COVID"}
    (row,) = _ask(sample_store, "figures-with-chemical-or-disease", mesh="D002118")
    assert row["word"] == "Ca2+"


def test_the_ontology_and_the_organisms(sample_store: Store, samples: Path) -> None:
    pages = (samples / "wikipathways" / "_annotations").glob("*.md")
    terms = {
        path.stem for path in pages if re.search('^definition: "?[^\\s"]', path.read_text(), re.MULTILINE)
    }
    dumped = _ask(sample_store, "ontology-dump")
    found = {str(row["term"]).rpartition("/")[2].replace("_", ":") for row in dumped if row["definition"]}
    assert len(terms) > 10
    assert found == terms
    assert len(_ask(sample_store, "organisms")) == len(
        list((samples / "wikipathways" / "_organisms").iterdir())
    )


def test_links(sample_store: Store) -> None:
    linked = {(row["figure"], row["pathway"]) for row in _ask(sample_store, "strongest-links")}
    assert linked
    for figure, pathway in linked:
        name = str(pathway).rpartition("/")[2]
        assert figure in {
            row["figure"] for row in _ask(sample_store, "figures-linked-to-pathway", pathway=name)
        }
        page = str(figure).rpartition("/")[2].removesuffix("#figure").removesuffix(".html")
        assert pathway in {
            row["pathway"] for row in _ask(sample_store, "pathways-linked-to-figure", figure=page)
        }
    without = {row["pathway"] for row in _ask(sample_store, "pathways-without-figures")}
    assert len(without) == 240 - len({pathway for _, pathway in linked})
    assert not without & {pathway for _, pathway in linked}


def test_every_category_has_several_queries() -> None:
    counts = Counter(query.category for query in rdfkit.library().values())
    assert sum(counts.values()) >= 45
    assert min(counts.values()) >= 2
