"""pyshacl as the engine: the reference that ours is held to, and what checks shapes that ours does not cover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from rdfkit.errors import ShapesError
from rdfkit.rdf.terms import oxigraph_literal, rdflib_triple
from rdfkit.report import Severity
from rdfkit.validation.shacl.results import ShapeResult

if TYPE_CHECKING:
    import rdflib


def read_graph(paths: Iterable[Path]) -> rdflib.Graph:
    """The shapes graph of RDF files. Raises ShapesError for a file that cannot be read as RDF."""
    import rdflib.util

    shapes = rdflib.Graph()
    for path in paths:
        try:
            shapes.parse(path, format=rdflib.util.guess_format(str(path)) or "turtle")
        except (OSError, SyntaxError, ValueError) as error:
            raise ShapesError(
                f"cannot be read as RDF: {error}", path=str(path), expected="a shapes graph"
            ) from error
    return shapes


def check(triples: Iterable[ox.Triple], shapes: rdflib.Graph) -> list[ShapeResult]:
    """The SHACL results of triples against a shapes graph.

    Raises ShapesError when the shapes are not SHACL, or ask for what pyshacl cannot do.
    """
    import pyshacl
    import rdflib

    data = rdflib.Graph()
    data.addN((*rdflib_triple(triple), data) for triple in triples)
    try:
        _, found, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    except pyshacl.errors.ReportableRuntimeError as error:
        raise ShapesError(f"the shapes are not SHACL: {error}") from error
    except (NotImplementedError, ArithmeticError) as error:
        # A bound beside NaN, for one.
        raise ShapesError(f"pyshacl cannot check with these shapes: {error!r}") from error
    if isinstance(found, pyshacl.errors.ValidationFailure):
        raise ShapesError(f"the shapes are not SHACL: {found}")
    return list(_shape_results(found, shapes))


def _shape_results(found: Any, shapes: rdflib.Graph) -> Iterator[ShapeResult]:  # noqa: ANN401 - pyshacl's graph
    import rdflib
    from rdflib.namespace import SH

    severities = {SH.Violation: Severity.VIOLATION, SH.Warning: Severity.WARNING, SH.Info: Severity.INFO}
    # Only what the report names: results of inner shapes (`sh:detail`) are explanations of these.
    for node in found.objects(None, SH.result):
        shape = found.value(node, SH.sourceShape)
        path = found.value(node, SH.resultPath)
        name = shapes.value(shape, SH.name)
        message = found.value(node, SH.resultMessage)
        yield ShapeResult(
            severity=severities.get(found.value(node, SH.resultSeverity), Severity.VIOLATION),
            shape=str(shape),
            component=str(found.value(node, SH.sourceConstraintComponent)),
            focus=str(found.value(node, SH.focusNode)),
            path=str(path) if isinstance(path, rdflib.URIRef) else None,
            value=_oxigraph_term(found.value(node, SH.value)),
            name=str(name) if name is not None else None,
            message=str(message) if message is not None else None,
        )


def _oxigraph_term(term: Any) -> ox.NamedNode | ox.Literal | None:  # noqa: ANN401 - an rdflib term
    import rdflib

    if isinstance(term, rdflib.URIRef):
        return ox.NamedNode(str(term))
    if not isinstance(term, rdflib.Literal):
        return None
    return oxigraph_literal(term)
