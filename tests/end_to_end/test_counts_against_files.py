"""Counts of the graph of the sample sites, against counts made straight from the files without any of rdfkit's code."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
import yaml

import rdfkit
from rdfkit.pipeline.summary import Build
from rdfkit.store import Store

HOUSE_ACCOUNTS = {"MaintBot", "TestUser", "Wpblocked"}
PROPERTIES = {
    "ncbigene": "wp:bdbEntrezGene",
    "hgnc.symbol": "wp:bdbHgncSymbol",
    "ensembl": "wp:bdbEnsembl",
    "uniprot": "wp:bdbUniprot",
    "wikidata": "wp:bdbWikidata",
    "chebi": "wp:bdbChEBI",
    "inchikey": "wp:bdbInChIKey",
    "pubchem.compound": "wp:bdbPubChem",
    "chemspider": "wp:bdbChemspider",
    "hmdb": "wp:bdbHmdb",
    "kegg.compound": "wp:bdbKeggCompound",
    "lipidmaps": "wp:bdbLipidMaps",
}
# What stands in the sample tables and is no identifier, found by looking.
NO_IDENTIFIERS = {
    ":AT2G20610", "hgnc.symbol:Y40H4A.1", "ncbigene:0", "ncbiprotein:F52E10.1", "tair.locus:IGMT1", "tair.locus:IGMT5",
    "uniprot:17928", "uniprot:3O5B", "uniprot:694009", "ena.embl:CHEMBL2096670",
}  # fmt: skip
# What stands under another database than its form says, and what has a sign too many.
OTHERS = {
    "kegg.genes:K13027": "kegg.orthology:K13027",
    "ensembl:ENSG00000136238-": "ensembl:ENSG00000136238",
    "ena.embl:ENSG00000114302": "ensembl:ENSG00000114302",
    "eccode:2.7.1.-.": "eccode:2.7.1.-",
    "mirbase.mature:ENSG00000175899": "ensembl:ENSG00000175899",
    "kegg.genes:C00051": "kegg.compound:C00051",
    "uniprot:UPI00000D4FAD": "uniparc:UPI00000D4FAD",
    "uniprot:UPI0000113072": "uniparc:UPI0000113072",
    "uniprot:UPI00000D5E80": "uniparc:UPI00000D5E80",
    "uniprot:UPI00000D1130": "uniparc:UPI00000D1130",
    "interpro:PF00520": "pfam:PF00520",
    "interpro:Q07699": "uniprot:Q07699",
    "kegg.genes:2.1.3.2": "eccode:2.1.3.2",
}


def _named(curie: str) -> str:
    """An identifier as the graph has it: under its own database, and of HMDB's two forms the longer."""
    curie = OTHERS.get(curie, curie)
    prefix, _, local = curie.partition(":")
    return f"hmdb:HMDB00{local[4:]}" if prefix == "hmdb" and len(local) == 9 else curie


@pytest.fixture(scope="module")
def pages(samples: Path) -> dict[str, dict[str, object]]:
    """The front matter of every pathway page by its id, as PyYAML reads it with strings only."""
    found = {}
    for path in sorted((samples / "wikipathways" / "_pathways").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        fields = yaml.load(text[4 : text.index("\n---", 4)], Loader=yaml.BaseLoader)
        found[str(fields["wpid"])] = fields
    return found


@pytest.fixture(scope="module")
def nodes(samples: Path) -> list[tuple[str, list[str]]]:
    """Every row of every table of data nodes, with its pathway; what a stray tab has shifted is moved back."""
    found = []
    for path in sorted((samples / "wikipathways" / "_data").glob("*-datanodes.tsv")):
        for line in path.read_text(encoding="utf-8").split("\n")[1:-1]:
            cells = line.split("\t")
            if len(cells) == 17:
                cells.remove("")
            found.append((path.name.partition("-")[0], cells))
    return found


@pytest.fixture(scope="module")
def references(samples: Path) -> list[tuple[str, list[str]]]:
    """Every row of every bibliography, with its pathway."""
    found = []
    for path in sorted((samples / "wikipathways" / "_data").glob("*-bibliography.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter="\t"))
        found += [(path.name.partition("-")[0], row) for row in rows[1:]]
    return found


def _count(store: Store, text: str) -> dict[str, int]:
    return {str(row["key"]): int(str(row["n"])) for row in store.query(text)}  # type: ignore[union-attr]


def _one(store: Store, pattern: str, what: str = "*") -> int:
    (row,) = store.query(f"SELECT (COUNT({what}) AS ?n) WHERE {{ {pattern} }}")
    return int(row["n"])


def test_every_page_and_row_is_accounted_for(sample_build: tuple[Build, Path], samples: Path) -> None:
    account = sample_build[0].reconciliation
    assert account.balanced
    folders = {"author": "_authors", "community": "_communities", "organism": "_organisms",
               "pathway": "_pathways", "term": "_annotations"}  # fmt: skip
    files = {
        kind: len(list((samples / "wikipathways" / name).glob("*.md"))) for kind, name in folders.items()
    }
    files["figure"] = len(list((samples / "pfocr" / "_figures").glob("*.md")))
    assert {kind: (one.found, one.used, one.refused) for kind, one in account.pages.items()} == {
        kind: (number, number, 0) for kind, number in files.items()
    }
    lines = Counter()
    for path in (path for site in ("wikipathways", "pfocr") for path in (samples / site).glob("_data/*.tsv")):
        lines[path.stem.rpartition("-")[2]] += path.read_text(encoding="utf-8").count("\n") - 1
    assert {kind: (one.found, one.used, one.refused) for kind, one in account.rows.items()} == {
        kind: (number, number, 0) for kind, number in lines.items()
    }


@pytest.mark.scale
@pytest.mark.parametrize("site", ["wikipathways", "pfocr"])
def test_each_site_alone_balances(site: str, samples: Path, tmp_path: Path) -> None:
    done = rdfkit.build([samples / site], tmp_path / "store")
    assert done.reconciliation.balanced
    assert not done.refused
    assert done.exit_code == 0


def test_pathways(sample_store: Store, pages: dict[str, dict[str, object]]) -> None:
    found = {
        row["id"] for row in sample_store.query("SELECT ?id { ?p a wp:Pathway ; dcterms:identifier ?id }")
    }
    assert found == pages.keys()


def test_terms(sample_store: Store, pages: dict[str, dict[str, object]]) -> None:
    tags = {(name, item["id"]) for name, page in pages.items() for item in page.get("annotations") or []}
    assert _one(sample_store, "?p a wp:Pathway ; wp:ontologyTag ?t . ?t a owl:Class") == len(tags)
    for prefix, tag in (("PW", "pathway"), ("DOID", "disease"), ("CL", "cellType")):
        own = sum(1 for _, term in tags if term.startswith(f"{prefix}:"))
        assert _one(sample_store, f"?p wp:{tag}OntologyTag ?t") == own


def test_communities(sample_store: Store, pages: dict[str, dict[str, object]], samples: Path) -> None:
    tags = {(name, tag) for name, page in pages.items() for tag in page.get("communities") or []}
    assert _one(sample_store, "?p wp:ontologyTag ?t FILTER(STRSTARTS(STR(?t), STR(cur:)))") == len(tags)
    assert _one(sample_store, "?community a foaf:Group") == len(
        list((samples / "wikipathways/_communities").iterdir())
    )
    collections, members = 0, set()
    for path in (samples / "wikipathways" / "_communities").glob("*.md"):
        fields = yaml.load(path.read_text(encoding="utf-8").split("\n---")[0][4:], Loader=yaml.BaseLoader)
        for index, collection in enumerate(fields.get("collections") or []):
            collections += 1
            members |= {(path.name, index, member) for member in collection.get("wpids", ())}
    assert (
        _one(sample_store, "?c a skos:Collection ; dcterms:isPartOf ?group . ?group a foaf:Group")
        == collections
    )
    assert _one(sample_store, "?c dcterms:isPartOf ?group ; skos:member ?p . ?group a foaf:Group") == len(
        members
    )


def test_authorships(sample_store: Store, pages: dict[str, dict[str, object]]) -> None:
    authors = {
        (name, author)
        for name, page in pages.items()
        for author in page["authors"]
        if author not in HOUSE_ACCOUNTS
    }
    assert _one(sample_store, "?p pav:hasVersion ?v ; wp:hasAuthorship ?a") == len(authors)
    assert _one(sample_store, "?p pav:hasVersion ?v ; dc:creator ?a") == len(authors)
    assert _one(sample_store, "?a wpq:series_ordinal ?o") == len(authors)


def _nodes(nodes: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    """The rows with an identifier, by the name of their node: one of its own where the identifier is none."""
    return [
        (f"{name} {number}" if cells[2] in NO_IDENTIFIERS else f"{name} {_named(cells[2])}", cells)
        for number, (name, cells) in enumerate(nodes)
        if cells[2]
    ]


def _of_all(node: str) -> str:
    """The name of a node that all pathways share; of one without an identifier, the same."""
    name = node.partition(" ")[2]
    return node if name.isdecimal() else name


def test_data_nodes_by_type(sample_store: Store, nodes: list[tuple[str, list[str]]]) -> None:
    distinct = {(_of_all(node), cells[1]) for node, cells in _nodes(nodes)}
    expected = Counter(kind for _, kind in distinct)
    found = _count(
        sample_store,
        """SELECT ?key (COUNT(*) AS ?n) { ?node a wp:DataNode, ?type
           FILTER(?type NOT IN (wp:DataNode, wp:PublicationReference, schema:Gene))
           BIND(STRAFTER(STR(?type), "#") AS ?key) } GROUP BY ?key""",
    )
    assert found == expected
    assert sum(expected.values()) > 7_000
    labels = {(name, cells[0].strip()) for name, cells in nodes if not cells[2]}
    assert _one(sample_store, "?v pfocr:unidentifiedNode ?label") == len(labels)
    rows = [cells for _, cells in nodes if cells[2] in NO_IDENTIFIERS]
    assert _one(sample_store, "?n a wp:DataNode FILTER(CONTAINS(STR(?n), '#node-'))") == len(rows)


def test_cross_references_by_database(sample_store: Store, nodes: list[tuple[str, list[str]]]) -> None:
    distinct = set()
    for node, cells in _nodes(nodes):
        for text in [cells[2], *cells[4:]]:
            # The identifier itself is a cross-reference, too.
            for curie in map(_named, filter(None, text.split(";"))):
                prefix = curie.partition(":")[0]
                if prefix in PROPERTIES and curie not in NO_IDENTIFIERS:
                    distinct.add((_of_all(node), PROPERTIES[prefix], curie))
    expected = Counter(key for _, key, _ in distinct)
    # The gene of a plant without a database.
    expected["wp:bdbEnsembl"] += 1
    found = {key: _one(sample_store, f"?node a wp:DataNode ; {key} ?x") for key in PROPERTIES.values()}
    assert found == expected


def test_references(sample_store: Store, references: list[tuple[str, list[str]]]) -> None:
    expected = {(name, row[0].rstrip("."), row[1]) for name, row in references}
    assert _one(sample_store, "?v a wp:Pathway ; cito:cites ?r") == len(expected)
    assert _one(sample_store, "?v a wp:Pathway . ?r a wp:PublicationReference ; dcterms:isPartOf ?v") == len(
        expected
    )
    sources = Counter({"Pubmed": "PubMed"}.get(kind, kind) for _, _, kind in expected)
    found = _count(
        sample_store,
        """SELECT ?key (COUNT(*) AS ?n) { ?r a wp:PublicationReference ; dcterms:isPartOf ?v ;
           dc:source ?key } GROUP BY ?key""",
    )
    assert found == sources
    assert _one(sample_store, "?v pfocr:unidentifiedReference ?text") == 0
    pages = "?r foaf:page ?page ; a wp:PublicationReference FILTER(STRENDS(STR(?page), STRAFTER(STR(?r), 'pubmed/')))"
    articles = {number for _, number, kind in expected if kind == "Pubmed"}
    assert _one(sample_store, pages, "DISTINCT ?r") == len(articles)


def test_citations_have_no_links_left(sample_store: Store) -> None:
    assert _one(sample_store, "?r dcterms:bibliographicCitation ?text FILTER(CONTAINS(?text, '<a '))") == 0


def test_the_figure_with_a_table_gets_its_genes(sample_store: Store, samples: Path) -> None:
    table = samples / "pfocr" / "_data" / "PMC10846991__j-krcp-23-071f3-genes.tsv"
    rows = [line.split("\t") for line in table.read_text().splitlines()[1:]]
    assert len(rows) == 33
    page = "https://pfocr.wikipathways.org/figures/PMC10846991__j-krcp-23-071f3.html"
    found = sample_store.query(
        f"""SELECT ?word ?label ?gene ?lexicon {{
            ?m oa:hasTarget <{page}#figure> ; pfocr:word ?word ; oa:hasBody ?gene ; pfocr:lexicon ?lexicon .
            GRAPH <https://pfocr.wikipathways.org/#genes> {{ ?gene schema:name ?label }} }}"""
    )
    expected = Counter((row[3], row[5], f"https://identifiers.org/ncbigene/{row[6]}", row[7]) for row in rows)
    assert (
        Counter((r["word"], r["label"], r["gene"], str(r["lexicon"]).rpartition("#")[2]) for r in found)
        == expected
    )
    assert {gene for _, label, gene, _ in expected if label == "NM"} == {
        "https://identifiers.org/ncbigene/4827"
    }
    jak = {label for word, label, _, lexicon in expected if word == "JAK" and lexicon == "famplex_relations"}
    assert jak == {"JAK1", "JAK2", "JAK3", "TYK2"}


def test_no_email_address_is_in_the_graph(sample_store: Store) -> None:
    assert _one(sample_store, r"?s ?p ?o FILTER(REGEX(STR(?o), '[a-z0-9._-]+@[a-z0-9-]+[.][a-z]', 'i'))") == 0
    assert _one(sample_store, r"?s ?p ?o FILTER(REGEX(STR(?o), '\\[AT\\]'))") == 0
