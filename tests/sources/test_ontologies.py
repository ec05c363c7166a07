"""Ontologies in all formats, and the files that are none."""

from __future__ import annotations

import gzip
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.errors import ArchiveError, RdfkitError, SourceError
from rdfkit.mapping.lookups import top_terms
from rdfkit.rdf.identifiers import compress, prefix_map
from rdfkit.report import Severity
from rdfkit.sources.ontologies.model import Ontology, Term, labels
from rdfkit.sources.ontologies.reader import read_ontology
from rdfkit.sparql.library import bind, find_query
from tests.support.paths import CASES

FILES = CASES / "ontologies"
OBO = "http://purl.obolibrary.org/obo/"
PW = set(ox.parse(path=FILES / "pw.nq"))
RDF_HEAD = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:owl="http://www.w3.org/2002/07/owl#">'
)
TERM = "[Term]\nid: PW:0000001\nname: pathway\n"


def read(text: str | bytes, folder: Path, name: str = "file") -> Ontology:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_ontology(path)


def rules(ontology: Ontology) -> list[str]:
    return [problem.rule for problem in ontology.problems]


@pytest.mark.parametrize("name", ["pw.obo", "pw.owl", "pw.ttl"])
def test_every_format_gives_the_same_graph(name: str, tmp_path: Path) -> None:
    ontology = read_ontology(FILES / name)
    quads = list(ontology.quads())
    assert set(quads) == PW
    assert len(quads) == len(PW)
    assert ontology.problems == ()
    # The content tells the format, not the name; gzip makes no difference.
    assert set(read(gzip.compress((FILES / name).read_bytes()), tmp_path, "x.bin").quads()) == PW


def test_a_merged_ontology_in_obo() -> None:
    ontology = read_ontology(FILES / "doid.obo")
    assert (ontology.iri, ontology.title, ontology.version, ontology.licence) == (
        f"{OBO}doid/doid-merged.owl",
        "Human Disease Ontology",
        "2026-08-31",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    )
    assert ontology.terms == (
        Term(f"{OBO}CHEBI_24431", "chemical entity", (f"{OBO}doid/doid-merged#chebi",)),
        Term(f"{OBO}DOID_0014667", "disease of metabolism", (f"{OBO}DOID_4",)),
        Term(f"{OBO}DOID_0060159", deprecated=True, replaced_by=(f"{OBO}DOID_0014667",)),
        Term(f"{OBO}DOID_4", "disease"),
        Term(f"{OBO}DOID_4195", "hyperglycemia", (f"{OBO}DOID_0014667",)),
        Term(
            f"{OBO}DOID_9514",
            "old name of disease",
            (),
            deprecated=True,
            replaced_by=(f"{OBO}DOID_4",),
            consider=(f"{OBO}DOID_9993",),
        ),
        Term(f"{OBO}DOID_9993", "hypoglycemia", (f"{OBO}DOID_0014667",)),
    )
    assert ontology.problems == ()


def test_owl_with_imports_restrictions_and_terms_of_others() -> None:
    ontology = read_ontology(FILES / "cl.owl")
    assert (ontology.iri, ontology.title, ontology.version) == (
        f"{OBO}cl.owl",
        "Cell Ontology",
        f"{OBO}cl/releases/2026-03-26/cl.owl",
    )
    assert ontology.terms == (
        Term(f"{OBO}BFO_0000040", "material entity"),
        Term(f"{OBO}CL_0000000", "cell", (f"{OBO}BFO_0000040",)),
        Term(f"{OBO}CL_0000003", "native cell", (f"{OBO}CL_0000000",)),
        Term(f"{OBO}CL_0000004", "obsolete cell by organism", (), True, (f"{OBO}CL_0000000",)),
        Term(f"{OBO}CL_0000182", "hepatocyte", (f"{OBO}CL_0000003",)),
        Term(f"{OBO}UBERON_0002107", "liver"),
    )
    assert [(problem.severity, problem.rule) for problem in ontology.problems] == [
        (Severity.INFO, "ontology-import")
    ]
    assert not any(
        isinstance(part, ox.BlankNode) for quad in ontology.quads() for part in (quad.subject, quad.object)
    )


def test_labels_are_those_of_the_site() -> None:
    found = labels(read_ontology(FILES / name) for name in ("pw.obo", "doid.obo", "cl.owl"))
    assert found["PW", "signaling pathway"] == "PW:0000003"
    assert found["CL", "native cell"] == "CL:0000003"
    assert found["DOID", "disease of metabolism"] == "DOID:0014667"
    assert {prefix for prefix, _ in found} == {"PW", "DOID", "CL"}
    # The two of the five top terms that the small file has.
    assert {key: found[key] for key in top_terms() if key in found} == {
        ("PW", "signaling pathway"): "PW:0000003",
        ("PW", "regulatory pathway"): "PW:0000004",
    }


def test_labels_that_several_terms_have(tmp_path: Path) -> None:
    text = "\n".join(
        f"[Term]\nid: PW:{number}\nname: {name}\n{obsolete}"
        for number, name, obsolete in (
            ("0000001", "twice", ""),
            ("0000002", "twice", ""),
            ("0000003", "again", "is_obsolete: true\n"),
            ("0000004", "again", ""),
            ("0000005", "old", "is_obsolete: true\n"),
            ("12", "no identifier of PW", ""),
        )
    )
    assert labels([read(f"ontology: pw\n\n{text}", tmp_path)]) == {
        ("PW", "again"): "PW:0000004",
        ("PW", "old"): "PW:0000005",
    }


# --- what is odd but readable ---


def test_a_term_with_two_labels(tmp_path: Path) -> None:
    ontology = read(f"ontology: pw\n\n{TERM}name: a pathway\n", tmp_path)
    assert ontology.terms[0].label == "a pathway"
    (problem,) = ontology.problems
    assert (problem.rule, problem.value) == ("ontology-label", "PW:0000001")
    assert '"a pathway", "pathway"' in problem.message


def test_a_cycle_of_subclasses(tmp_path: Path) -> None:
    text = "".join(
        f"[Term]\nid: PW:000000{child}\nname: {child}\nis_a: PW:000000{parent}\n\n"
        for child, parent in ((1, 2), (2, 3), (3, 1), (4, 1))
    )
    ontology = read(f"ontology: pw\n\n{text}", tmp_path)
    (problem,) = ontology.problems
    assert problem.rule == "ontology-cycle"
    steps = problem.message.partition(": ")[2].split(" → ")
    parent_of = {"PW:0000001": "PW:0000002", "PW:0000002": "PW:0000003", "PW:0000003": "PW:0000001"}
    assert len(steps) == 4
    assert all(parent_of[child] == parent for child, parent in pairwise(steps))
    assert len(ontology.terms) == 4


def test_a_term_is_never_its_own_parent(tmp_path: Path) -> None:
    ontology = read(f"ontology: pw\n\n{TERM}is_a: PW:0000001\nis_a: GO:0000001\n", tmp_path)
    assert [[compress(parent) for parent in term.parents] for term in ontology.terms] == [["obo:GO_0000001"]]
    (problem,) = ontology.problems
    assert (problem.rule, problem.value) == ("ontology-cycle", "PW:0000001")


def test_parents_that_the_file_lacks(tmp_path: Path) -> None:
    ontology = read(f"ontology: pw\n\n{TERM}is_a: PW:0000009\nis_a: GO:1\nis_a: PW:0000008\n", tmp_path)
    (problem,) = ontology.problems
    assert (problem.rule, problem.value) == ("ontology-parent", "PW:0000008")
    assert problem.message.startswith("2 parent terms")


def test_a_last_line_without_a_line_break_is_read(tmp_path: Path) -> None:
    ontology = read(f"ontology: pw\n\n{TERM}\n[Term]\nid: PW:0000002\nis_a: PW:0000001", tmp_path)
    assert [term.parents for term in ontology.terms] == [(), (f"{OBO}PW_0000001",)]
    (problem,) = ontology.problems
    assert (problem.rule, problem.severity, problem.line) == ("ontology-end", Severity.WARNING, 9)
    assert read(f"ontology: pw\n\n{TERM}\n", tmp_path).problems == ()


@pytest.mark.parametrize("name", ["pw.obo", "pw.owl", "pw.ttl"])
def test_a_byte_order_mark_makes_no_difference(name: str, tmp_path: Path) -> None:
    content = (FILES / name).read_bytes()
    assert set(read(b"\xef\xbb\xbf" + content, tmp_path).quads()) == PW


@pytest.mark.parametrize(
    "value",
    ["<http://purl.obolibrary.org/obo/PO_0009002>", "'PO:0009002'", f"'{OBO}PO_0009002'", "' PO:0009002 '"],
)
@pytest.mark.parametrize("name", ["obo:IAO_0100001", "oio:consider"])
def test_what_replaces_an_obsolete_term_in_owl(name: str, value: str, tmp_path: Path) -> None:
    text = f"""
        @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix obo: <{OBO}> .
        @prefix oio: <http://www.geneontology.org/formats/oboInOwl#> .
        <http://x/o> a owl:Ontology .
        obo:CL_0000610 a owl:Class ; owl:deprecated true ; {name} {value} , 'plant cell' ."""
    ontology = read(text, tmp_path)
    (term,) = ontology.terms
    named = term.consider if name == "oio:consider" else term.replaced_by
    assert named == (f"{OBO}PO_0009002",)
    assert [
        quad.object.value
        for quad in ontology.quads()
        if quad.predicate.value.endswith(name.partition(":")[2])
    ] == [f"{OBO}PO_0009002"]


def test_an_ontology_that_does_not_name_itself(tmp_path: Path) -> None:
    ontology = read(f"format-version: 1.2\n\n{TERM}\n[Term]\nid: PW:2\n\n[Term]\nid: GO:1\n", tmp_path)
    assert (ontology.iri, rules(ontology)) == (f"{OBO}pw.owl", ["ontology-name"])
    turtle = "<http://x/a> a <http://www.w3.org/2002/07/owl#Class> ."
    with pytest.raises(SourceError, match="does not name its ontology"):
        read(turtle, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeffformat-version: 1.2\nontology: pw\n\n{TERM}",
        f"format-version: 1.2\r\nontology: pw\r\n\r\n{TERM}".replace("\n", "\r\n").replace("\r\r", "\r"),
        f"! remarks\n\nontology: pw\n\n\n\n{TERM}\n\n\n",
        f"ontology: pw\n\n{TERM}def: no quotes\nunknown: clause\nnonsense\n[Odd]\nid: x\n",
        f"ontology: {OBO}pw.owl\n\n[Term]\nid: {OBO}PW_0000001\nname: pathway ! the top\n",
    ],
)
def test_obo_as_people_write_it(text: str, tmp_path: Path) -> None:
    ontology = read(text, tmp_path)
    assert (ontology.iri, ontology.terms) == (f"{OBO}pw.owl", (Term(f"{OBO}PW_0000001", "pathway"),))


def test_identifiers_that_are_no_iris_are_encoded(tmp_path: Path) -> None:
    text = "ontology: http://[x\n\n[Term]\nid: <a>:b|c\nis_a: {d}\nis_a: http://x/y\n"
    ontology = read(text.replace("{", "\\{"), tmp_path)
    assert ontology.iri == f"{OBO}http://%5Bx.owl"
    assert ontology.terms == (Term(f"{OBO}%3Ca%3E_b%7Cc", None, (f"{OBO}http://%5Bx#%7Bd%7D", "http://x/y")),)
    assert list(ontology.quads())


# --- what is no ontology ---

BAD = {
    "empty": ("", None, "is empty"),
    "blank": (" \n\t\n", None, "is empty"),
    "html": ("<!DOCTYPE html>\n<html lang=en><head><title>404</title>", None, "is HTML"),
    "html without doctype": ("\n\n<HTML>\n<body>", None, "is HTML"),
    "xhtml": ('<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"/>', None, "is HTML"),
    "plain text": ("404: Not Found\n", 1, "is not OBO, RDF/XML or Turtle"),
    "json": ('{"graphs": []}', None, "is JSON"),
    "other xml": ('<?xml version="1.0"?>\n<feed/>', None, "XML but not RDF/XML"),
    "owl/xml": ('<?xml version="1.0"?>\n<Ontology xmlns="http://www.w3.org/2002/07/owl#"/>', None, "OWL/XML"),
    "functional": ("Prefix(:=<http://x/>)\nOntology(<http://x>)", None, "functional syntax"),
    "manchester": ("Prefix: : <http://x/>\nOntology: <http://x>", None, "Manchester syntax"),
    "zip": (b"PK\x03\x04rest", None, "zip archive"),
    "obo without terms": ("format-version: 1.2\nontology: pw\n", None, "describes no term"),
    "turtle without terms": ("<http://x/a> <http://x/b> 1 .", None, "describes no term"),
    "obo in latin-1": (f"ontology: pw\n\n{TERM}def: caf\xe9\n".encode("latin-1"), 6, "is not UTF-8"),
    "obo with nul": (f"ontology: pw\n\n{TERM}comment: \0\n", 6, "NUL byte"),
    "obo cut in a tag": ("ontology: pw\n\n[Term]\nid", 5, "is not OBO"),
    "obo without id": ("ontology: pw\n\n[Term]\nname: x\n", 4, "is not OBO"),
    "obo with a long line": (f"ontology: pw\n\n{TERM}def: {'x' * (1 << 21)}\n", 6, "has a line of more"),
    "obo with a bad clause": ("ontology: pw\n\n[Term]\nid: PW:1\nis_obsolete: maybe\n", 5, "is not OBO"),
    "turtle in latin-1": ('<http://x/a> <http://x/b> "caf\xe9" .\n'.encode("latin-1"), 1, "UTF-8"),
    "turtle cut short": ('<http://x/a>\n <http://x/b> "c', 2, "is not"),
    "relative turtle": ("@prefix : <#> .\n:a a :b .", 1, "IRI"),
    "rdf/xml cut short": (f"{RDF_HEAD}\n<owl:Class rdf:about='http://x/a'>\n", 3, "cut short"),
    "rdf/xml cut in a tag": (f"{RDF_HEAD}\n<owl:Class rdf:ab", 2, "cut short"),
    "rdf/xml cut between terms": (f"{RDF_HEAD}\n<owl:Class rdf:about='http://x/a'/>", 2, "cut short"),
    "rdf/xml in latin-1": (f"{RDF_HEAD}\n<rdfs:label>\xe9</rdfs:label>".encode("latin-1"), 2, "is not XML"),
    "rdf/xml that says latin-1": (
        f'<?xml version="1.0" encoding="ISO-8859-1"?>{RDF_HEAD}</rdf:RDF>',
        None,
        "UTF-8",
    ),
    "rdf/xml that says nonsense": (
        f'<?xml version="1.0" encoding="UTX-8"?>{RDF_HEAD}</rdf:RDF>',
        None,
        "UTF-8",
    ),
    "external entity": (
        f'<!DOCTYPE x [\n<!ENTITY a SYSTEM "file:///etc/passwd">]>{RDF_HEAD}</rdf:RDF>',
        2,
        'entity "a"',
    ),
    "entities of entities": (
        f'<!DOCTYPE x [\n<!ENTITY a "xx">\n<!ENTITY b "&a;&a;">]>{RDF_HEAD}</rdf:RDF>',
        3,
        'entity "b"',
    ),
    "long entity": (f'<!DOCTYPE x [<!ENTITY a "{"x" * 1001}">]>{RDF_HEAD}</rdf:RDF>', 1, 'entity "a"'),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_ontology(name: str, tmp_path: Path) -> None:
    text, line, words = BAD[name]
    with pytest.raises(RdfkitError, match=words) as caught:
        read(text, tmp_path, "pw.obo")
    error = caught.value
    assert (error.path, error.line, error.exit_code) == (str(tmp_path / "pw.obo"), line, 3)
    packed = tmp_path / "pw.obo.gz"
    packed.write_bytes(gzip.compress(text if isinstance(text, bytes) else text.encode()))
    with pytest.raises(RdfkitError):
        read_ontology(packed)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_ontology(tmp_path / "gone.obo")
    with pytest.raises(SourceError, match="cannot be read"):
        read_ontology(tmp_path)
    with pytest.raises(ArchiveError, match="damaged"):
        read(gzip.compress((FILES / "pw.obo").read_bytes())[:-20], tmp_path)


@pytest.mark.parametrize("name", ["pw.obo", "pw.owl", "pw.ttl"])
@given(data=st.data())
def test_damage_is_an_error_or_a_finding(
    name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Never another exception; and OWL cut anywhere is never taken for the whole."""
    content = bytearray((FILES / name).read_bytes())
    cut = data.draw(st.booleans())
    if cut:
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    for _ in range(0 if cut else data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(content), tmp_path_factory.mktemp("damage"))
    except RdfkitError as error:
        assert error.path
        assert error.exit_code == 3
    else:
        assert not (cut and name == "pw.owl" and b"</rdf:RDF>" not in content)


def test_memory_grows_with_the_terms_not_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "large.obo"
    with path.open("w") as file:
        file.write("ontology: pw\n\n")
        for number in range(100):
            file.write(f"[Term]\nid: PW:{number:07}\nname: {number}\n")
            file.write(f'def: "{"x" * 10_000}" []\n' * 20 + "\n")
    tracemalloc.start()
    ontology = read_ontology(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(ontology.terms) == 100
    assert path.stat().st_size > 20_000_000
    assert peak < 4_000_000


# --- in the graph ---


def test_pathways_under_a_term_through_the_whole_hierarchy(seed_store) -> None:
    graph = ox.Store()
    graph.extend(ox.Quad(*quad.triple) for quad in seed_store.quads())
    query = bind(find_query("pathways-under-term"), {"label": "signaling pathway"})

    def found() -> list[tuple[str, str]]:
        rows = graph.query(query, prefixes=prefix_map())
        return [(row["identifier"].value, row["term"].value) for row in rows]

    by_page = ("WP364", f"{OBO}PW_0000512")
    assert found() == [by_page]
    graph.extend(ox.Quad(*quad.triple) for quad in read_ontology(FILES / "pw.obo").quads())
    # interleukin-6 is below interleukin, cytokine, signaling; the page says only "regulatory pathway".
    assert found() == [by_page, ("WP364", f"{OBO}PW_0000516")]
    merged = ox.Quad(
        ox.NamedNode("http://example.org/pathway"),
        ox.NamedNode(f"{prefix_map()['wp']}ontologyTag"),
        ox.NamedNode(f"{OBO}PW_0000999"),
    )
    graph.add(merged)
    graph.update(
        "INSERT DATA { <http://example.org/pathway> dc:title 'Old' ; dcterms:identifier 'WP1' }",
        prefixes=prefix_map(),
    )
    assert found()[0] == ("WP1", f"{OBO}PW_0000999")
