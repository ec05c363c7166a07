"""The pfocr vocabulary: every term is declared in full, and every lexicon is in the scheme."""

from __future__ import annotations

import re

import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, Graph, Namespace, URIRef

from rdfkit.package_data import vocabulary_file
from rdfkit.rdf.identifiers import prefix_map

PFOCR = Namespace("http://vocabularies.wikipathways.org/pfocr#")
XSD = "http://www.w3.org/2001/XMLSchema#"
ONTOLOGY = URIRef(str(PFOCR))
PROPERTY_TYPES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property)
# The terms that the data model names.
PROPERTIES = {
    "word",
    "symbol",
    "lexicon",
    "occurrences",
    "evidence",
    "countDirect",
    "countSynonym",
    "countMatch",
    "pathwayScore",
    "organism",
    "recognisedOrganism",
    "parentLabel",
    "unidentifiedNode",
    "unidentifiedReference",
    "sharedGenes",
    "sharesGene",
    "comparedWithin",
    "geneUniverse",
    "jaccardIndex",
    "pValue",
    "adjustedPValue",
}
LEXICONS = {
    "hgnc_symbol",
    "hgnc_alias_symbol",
    "hgnc_prev_symbol",
    "bioentities_symbol",
    "ncbigene_symbol",
    "ncbigene_synonym",
    "famplex_relations",
    "MESH",
    "learnedLexicon",
    "hgncCompleteSet",
    "ncbiGeneInfo",
}
EVIDENCES = {"direct", "synonym", "otherSpecies"}

VOCABULARY = Graph().parse(vocabulary_file())
TERMS = sorted(
    str(term) for term in set(VOCABULARY.subjects()) if term.startswith(PFOCR) and term != ONTOLOGY
)


def local(iri: str) -> str:
    return iri.removeprefix(PFOCR)


def test_terms_are_those_of_the_data_model() -> None:
    others = {"GeneOverlap", "Lexicon", "lexicons", "Evidence", "evidences", "linkset", "provenance"}
    assert {local(term) for term in TERMS} == PROPERTIES | LEXICONS | EVIDENCES | others


@pytest.mark.parametrize("term", TERMS, ids=local)
def test_term_has_one_label_and_one_comment_in_english(term: str) -> None:
    for about in (RDFS.label, RDFS.comment):
        (text,) = VOCABULARY.objects(URIRef(term), about)
        assert text.language == "en"
    comment = VOCABULARY.value(URIRef(term), RDFS.comment)
    assert comment.endswith(".")


@pytest.mark.parametrize("term", TERMS, ids=local)
def test_term_has_a_type_and_says_where_it_is_defined(term: str) -> None:
    assert list(VOCABULARY.objects(URIRef(term), RDF.type))
    assert list(VOCABULARY.objects(URIRef(term), RDFS.isDefinedBy)) == [ONTOLOGY]


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_property_has_domain_and_range_or_says_why_not(name: str) -> None:
    kinds = set(VOCABULARY.objects(PFOCR[name], RDF.type))
    assert len(kinds & set(PROPERTY_TYPES)) == 1
    notes = " ".join(VOCABULARY.objects(PFOCR[name], SKOS.editorialNote))
    for about, word in ((RDFS.domain, "No domain: "), (RDFS.range, "No range: ")):
        given = list(VOCABULARY.objects(PFOCR[name], about))
        assert len(given) == 1 or word in notes


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_range_fits_the_kind_of_property(name: str) -> None:
    kinds = set(VOCABULARY.objects(PFOCR[name], RDF.type))
    for given in VOCABULARY.objects(PFOCR[name], RDFS.range):
        assert given.startswith(XSD) is (OWL.ObjectProperty not in kinds)


@pytest.mark.parametrize(
    ("scheme", "kind", "names"),
    [(PFOCR.lexicons, PFOCR.Lexicon, LEXICONS), (PFOCR.evidences, PFOCR.Evidence, EVIDENCES)],
    ids=["lexicons", "evidences"],
)
def test_lexicons_and_evidences_are_concepts_of_their_schemes(
    scheme: URIRef, kind: URIRef, names: set[str]
) -> None:
    assert (scheme, RDF.type, SKOS.ConceptScheme) in VOCABULARY
    assert {local(term) for term in VOCABULARY.subjects(RDF.type, kind)} == names
    assert {local(term) for term in VOCABULARY.subjects(SKOS.inScheme, scheme)} == names
    assert names <= {local(term) for term in VOCABULARY.subjects(RDF.type, SKOS.Concept)}


def test_an_overlap_is_a_statement_with_numbers() -> None:
    assert list(VOCABULARY.objects(PFOCR.GeneOverlap, RDFS.subClassOf)) == [RDF.Statement]
    said_of_overlaps = {
        "sharedGenes": "integer",
        "geneUniverse": "integer",
        "jaccardIndex": "double",
        "pValue": "double",
        "adjustedPValue": "double",
    }
    for name, datatype in said_of_overlaps.items():
        assert VOCABULARY.value(PFOCR[name], RDFS.domain) == PFOCR.GeneOverlap
        assert VOCABULARY.value(PFOCR[name], RDFS.range) == URIRef(XSD + datatype)


def test_ontology_has_title_description_and_licence() -> None:
    assert (ONTOLOGY, RDF.type, OWL.Ontology) in VOCABULARY
    for about in (RDFS.label, DCTERMS.title, DCTERMS.description):
        assert VOCABULARY.value(ONTOLOGY, about)
    assert list(VOCABULARY.objects(ONTOLOGY, DCTERMS.license)) == [
        URIRef("https://creativecommons.org/publicdomain/zero/1.0/")
    ]


def test_namespace_is_that_of_the_prefix_map() -> None:
    assert prefix_map()["pfocr"] == str(PFOCR)


def test_nothing_in_the_file_changes_with_time() -> None:
    assert not re.search(r"\b(19|20)\d\d-\d\d-\d\d\b|xsd:date", vocabulary_file().read_text(encoding="utf-8"))
