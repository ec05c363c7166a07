"""Figures into RDF as one would write it with PyYAML and rdflib: rdflib_script.py FIGURES OUT.nt"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from rdflib import DCTERMS, FOAF, OWL, RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef
from telling import Clock, stay_on_one_core

SITE = Namespace("https://pfocr.wikipathways.org/")
PFOCR = Namespace("http://vocabularies.wikipathways.org/pfocr#")
WP = Namespace("http://vocabularies.wikipathways.org/wp#")
SCHEMA = Namespace("http://schema.org/")
OA = Namespace("http://www.w3.org/ns/oa#")
FABIO = Namespace("http://purl.org/spar/fabio/")
DOCO = Namespace("http://purl.org/spar/doco/")
GENE = Namespace("https://identifiers.org/ncbigene/")
HGNC = Namespace("https://identifiers.org/hgnc.symbol/")
PMC = Namespace("https://identifiers.org/pmc/")
MESH = Namespace("http://id.nlm.nih.gov/mesh/")
CHEBI = Namespace("https://identifiers.org/chebi/CHEBI:")
OBO = Namespace("http://purl.obolibrary.org/obo/")
PROFILES = Namespace("https://bioschemas.org/profiles/")
TAXA = {"Homo sapiens": "9606", "Mus musculus": "10090"}
CC0 = URIRef("https://creativecommons.org/publicdomain/zero/1.0/")
MISSING = (None, "", "NA", ".na.character")

Row = dict[str, str]
# Word, symbol, lexicon, entity.
Mention = tuple[str, str | None, str | None, URIRef | None]


def read(path: Path) -> dict[str, Any]:
    """The front matter of a page."""
    fields: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8").split("---")[1])
    return fields


def table(folder: Path, page: Path, kind: str) -> list[Row]:
    """The rows of a companion table, none when there is no such table."""
    path = folder / "_data" / f"{page.stem}-{kind}.tsv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def texts(value: object) -> list[str]:
    """A value that may be a list, as texts."""
    return [str(item) for item in (value if isinstance(value, list) else [value]) if item not in MISSING]


def add_all(graph: Graph, subject: URIRef, properties: dict[URIRef, object]) -> None:
    """Adds what is there."""
    for predicate, value in properties.items():
        if value not in MISSING:
            term = value if isinstance(value, (URIRef, Literal)) else Literal(str(value))
            graph.add((subject, predicate, term))


def add_figure(graph: Graph, fields: dict[str, Any], folder: Path, page: Path) -> None:
    """Adds all that one page says."""
    about = SITE[f"figures/{quote(fields['figid'])}.html"]
    figure = URIRef(f"{about}#figure")
    article = PMC[fields["pmcid"]]
    score = fields.get("pathway_score", fields.get("automl_pathway"))
    add_all(
        graph,
        figure,
        {
            RDF.type: DOCO.Figure,
            DCTERMS.identifier: fields["figid"],
            DCTERMS.title: fields.get("figtitle"),
            DCTERMS.description: fields.get("caption"),
            SCHEMA.position: fields.get("number"),
            SCHEMA.contentUrl: URIRef(
                f"https://www.ncbi.nlm.nih.gov/pmc/articles/{fields['pmcid']}/bin/{fields['filename']}"
            ),
            FOAF.page: URIRef(f"https://www.ncbi.nlm.nih.gov{fields['figlink']}"),
            PFOCR.pathwayScore: Literal(Decimal(str(score))) if score is not None else None,
            DCTERMS.isPartOf: article,
        },
    )
    for name in texts(fields.get("organisms")):
        graph.add((figure, PFOCR.organism, OBO[f"NCBITaxon_{TAXA[name]}"]))
        graph.add((OBO[f"NCBITaxon_{TAXA[name]}"], RDFS.label, Literal(name)))
    for name in texts(fields.get("organisms_ner")):
        graph.add((figure, PFOCR.recognisedOrganism, OBO[f"NCBITaxon_{TAXA[name]}"]))
        graph.add((OBO[f"NCBITaxon_{TAXA[name]}"], RDFS.label, Literal(name)))
    add_article(graph, fields, article)
    add_mentions(graph, about, figure, mentions(graph, fields, folder, page))
    add_all(
        graph,
        about,
        {
            RDF.type: SCHEMA.Dataset,
            SCHEMA.about: figure,
            SCHEMA.identifier: fields["figid"],
            SCHEMA.name: fields.get("figtitle"),
            SCHEMA.url: about,
            DCTERMS.conformsTo: PROFILES["Dataset/1.0-RELEASE"],
            DCTERMS.replaces: SITE[fields["redirect_from"].lstrip("/")],
        },
    )
    add_block(graph, about, fields.get("schema-jsonld"))


def add_article(graph: Graph, fields: dict[str, Any], article: URIRef) -> None:
    """Adds the article, its journal and its publisher."""
    doi, title, short = (fields.get(key) for key in ("doi", "journal_title", "journal_nlm_ta"))
    publisher = fields.get("publisher_name")
    add_all(
        graph,
        article,
        {
            RDF.type: FABIO.JournalArticle,
            SCHEMA.name: fields.get("papertitle"),
            SCHEMA.identifier: f"pmc:{fields['pmcid']}",
            DCTERMS.conformsTo: PROFILES["ScholarlyArticle/0.2-DRAFT-2020_12_03"],
            DCTERMS.title: fields.get("papertitle"),
            DCTERMS.bibliographicCitation: fields.get("reftext"),
            DCTERMS.issued: Literal(fields["year"], datatype=XSD.gYear, normalize=False),
            OWL.sameAs: URIRef(f"https://doi.org/{doi}") if doi not in MISSING else None,
        },
    )
    graph.add((article, RDF.type, SCHEMA.ScholarlyArticle))
    for keyword in str(fields.get("keywords") or "").split("|"):
        if keyword.strip() not in MISSING:
            graph.add((article, DCTERMS.subject, Literal(keyword.strip())))
    if short not in MISSING:
        journal = SITE[f"#journal-{quote(str(short))}"]
        graph.add((article, DCTERMS.isPartOf, journal))
        add_all(
            graph,
            journal,
            {RDF.type: FABIO.Journal, DCTERMS.title: title, FABIO.hasShortTitle: short},
        )
    if publisher not in MISSING:
        company = SITE[f"#publisher-{quote(str(publisher))}"]
        graph.add((article, DCTERMS.publisher, company))
        add_all(graph, company, {RDF.type: FOAF.Organization, FOAF.name: publisher})


def mentions(graph: Graph, fields: dict[str, Any], folder: Path, page: Path) -> Iterator[Mention]:
    """All mentions of a figure, after what is matched has been added."""
    for row in fields.get("genes", ()):
        gene = add_gene(graph, row["hgnc_symbol"], row["entrez"], "9606")
        yield row["word"], row["symbol"], row["source"], gene
    for row in table(folder, page, "genes"):
        gene = add_gene(graph, row["ncbigene_symbol"], row["ncbigene_id"], row["organism_id"])
        yield row["word"], row["match"], row["source"], gene
    for key, kind in (("chemicals", SCHEMA.MolecularEntity), ("diseases", SCHEMA.MedicalCondition)):
        for row in fields.get(key, ()):
            name = MESH[row["identifier"]]
            graph.add((name, RDF.type, kind))
            yield row["word"], None, row["source"], name
        for row in table(folder, page, key):
            yield row["word"], row["match"], "MESH", add_mesh_term(graph, row, kind)


def add_gene(graph: Graph, symbol: str, entrez: str, taxon: str) -> URIRef | None:
    """Adds a gene, if it has an identifier."""
    if entrez in MISSING:
        return None
    gene = GENE[entrez]
    add_all(
        graph,
        gene,
        {
            RDF.type: SCHEMA.Gene,
            RDFS.label: symbol,
            WP.bdbEntrezGene: gene,
            WP.bdbHgncSymbol: HGNC[quote(symbol)] if taxon == "9606" else None,
            SCHEMA.name: symbol,
            SCHEMA.identifier: f"ncbigene:{entrez}",
            SCHEMA.url: URIRef(f"https://www.ncbi.nlm.nih.gov/gene/{entrez}"),
            DCTERMS.conformsTo: PROFILES["Gene/1.0-RELEASE"],
            SCHEMA.taxonomicRange: OBO[f"NCBITaxon_{taxon}"],
        },
    )
    return gene


def add_mesh_term(graph: Graph, row: Row, kind: URIRef) -> URIRef:
    """Adds a chemical or a disease of a table."""
    name = MESH[row["mesh"].removeprefix("mesh:")]
    graph.add((name, RDF.type, kind))
    if row["match"] not in MISSING:
        graph.add((name, RDFS.label, Literal(row["match"])))
    if row.get("chebi") not in (*MISSING, "chebi:NA"):
        chemical = CHEBI[row["chebi"].removeprefix("chebi:")]
        graph.add((name, WP.bdbChEBI, chemical))
        graph.add((chemical, RDFS.label, Literal(row["name"])))
    if row.get("doid") not in MISSING:
        disease = OBO[row["doid"].replace("doid:", "DOID_")]
        graph.add((name, URIRef("http://www.w3.org/2004/02/skos/core#exactMatch"), disease))
        graph.add((disease, RDF.type, OWL.Class))
        graph.add((disease, RDFS.label, Literal(row["name"])))
    return name


def add_mentions(graph: Graph, page: URIRef, figure: URIRef, found: Iterable[Mention]) -> None:
    """Adds what connects a figure and the entities in it."""
    for number, (mention, times) in enumerate(Counter(found).items(), start=1):
        word, symbol, lexicon, entity = mention
        if entity is not None:
            graph.add((figure, SCHEMA.mentions, entity))
        add_all(
            graph,
            URIRef(f"{page}#mention-{number}"),
            {
                RDF.type: OA.Annotation,
                OA.hasTarget: figure,
                OA.hasBody: entity,
                PFOCR.word: word,
                PFOCR.symbol: symbol,
                PFOCR.lexicon: PFOCR[lexicon] if lexicon else None,
                PFOCR.occurrences: Literal(times),
            },
        )


def add_block(graph: Graph, figure: URIRef, block: dict[str, Any] | None) -> None:
    """Adds the schema.org block of a page."""
    if block is None:
        return
    creator = URIRef(f"{figure}#creator")
    properties = {
        RDF.type: SCHEMA[block["@type"]],
        SCHEMA.description: block.get("description"),
        SCHEMA.license: CC0 if block.get("license") == "CC0" else None,
        SCHEMA.creator: creator,
    }
    add_all(graph, figure, properties)
    graph.add((creator, RDF.type, SCHEMA[block["creator"]["@type"]]))
    graph.add((creator, SCHEMA.name, Literal(block["creator"]["name"])))
    for keyword in block.get("keywords") or ():
        graph.add((figure, SCHEMA.keywords, Literal(str(keyword))))


def main() -> None:
    """All pages of a folder into one file of N-Triples."""
    stay_on_one_core()
    clock = Clock()
    folder, graph = Path(sys.argv[1]), Graph()
    pages = sorted((folder / "_figures").glob("*.md"))
    for page in pages:
        add_figure(graph, read(page), folder, page)
    graph.serialize(sys.argv[2], format="nt", encoding="utf-8")
    clock.tell(pages=len(pages))


if __name__ == "__main__":
    main()
