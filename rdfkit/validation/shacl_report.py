"""The report as SHACL has it: a sh:ValidationReport in Turtle (https://www.w3.org/TR/shacl/#validation-report).

Report and results are blank nodes, as nothing else may ever be said of them: two reports in one graph stay two.
"""

from __future__ import annotations

import pyoxigraph as ox

from rdfkit.rdf.blank_nodes import renamed_triple
from rdfkit.rdf.formats import of_name
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.iris import is_iri, percent_encode
from rdfkit.rdf.quads import sorted_quads
from rdfkit.rdf.serializer import serialize
from rdfkit.rdf.terms import Term
from rdfkit.report import Report, Result
from rdfkit.validation.shacl.results import RESULT

# What is said of the check, and not of the data. The first words of rules.
_NOTES = ("shapes-", "nothing-checked")


def turtle(report: Report) -> str:
    """The report in Turtle. It conforms without any result, whatever its severity.

    A finding about a page that is no SHACL result has the page's file as focus node: `urn:rdfkit:file:PATH`.
    """
    results = [one for one in report.results if one.shacl or not one.rule.startswith(_NOTES)]
    node = ox.BlankNode("report")
    conforms = ox.Literal("false" if results else "true", datatype=_name("xsd:boolean"))
    triples = {
        ox.Triple(node, _name("rdf:type"), _name("sh:ValidationReport")),
        ox.Triple(node, _name("sh:conforms"), conforms),
    }
    for number, result in enumerate(results, start=1):
        item = f"{RESULT}{number:06}"
        triples.add(ox.Triple(node, _name("sh:result"), ox.BlankNode(item)))
        triples.add(ox.Triple(ox.BlankNode(item), _name("rdf:type"), _name("sh:ValidationResult")))
        triples.update(_described(result, item))
    quads = [ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples]
    return serialize(sorted_quads(quads), of_name("turtle")).decode()


def _described(result: Result, item: str) -> list[ox.Triple]:
    if not result.shacl:
        return [ox.Triple(ox.BlankNode(item), _name(f"sh:{name}"), value) for name, value in _terms(result)]

    def renamed(term: Term) -> Term:
        """Nodes of the result are its own; those of shapes and data are the same in all results."""
        if isinstance(term, ox.BlankNode) and term.value.partition(".")[0] == RESULT:
            return ox.BlankNode(item + term.value.removeprefix(RESULT))
        return term

    quads = ox.parse(result.shacl, ox.RdfFormat.N_TRIPLES)
    return [renamed_triple(quad.triple, renamed) for quad in quads]


def _terms(result: Result) -> list[tuple[str, ox.NamedNode | ox.Literal]]:
    focus = result.focus or f"urn:rdfkit:file:{percent_encode(result.path or 'none')}"
    message = f"{result.key}: {result.message}" if result.key else result.message
    terms: list[tuple[str, ox.NamedNode | ox.Literal | None]] = [
        ("focusNode", _iri(focus)),
        ("resultMessage", ox.Literal(message)),
        ("resultPath", _iri(result.property_path)),
        ("resultSeverity", _name(f"sh:{result.severity.capitalize()}")),
        ("sourceConstraintComponent", _iri(result.component) or _name("pfocr:PageCheckComponent")),
        ("sourceShape", _iri(result.rule) or _name(f"pfocr:{percent_encode(result.rule)}")),
    ]
    return [(name, value) for name, value in terms if value is not None]


def _iri(iri: str | None) -> ox.NamedNode | None:
    return ox.NamedNode(iri) if iri is not None and is_iri(iri) else None


def _name(curie: str) -> ox.NamedNode:
    return ox.NamedNode(expand(curie))
