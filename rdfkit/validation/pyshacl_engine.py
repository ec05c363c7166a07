"""pyshacl as the engine: the reference that ours is held to, and what checks shapes that ours does not cover."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from rdfkit.errors import ShapesError
from rdfkit.rdf.terms import oxigraph_literal
from rdfkit.validation.pyshacl_shapes import rdflib_graph, rewritten_shapes, translated_patterns
from rdfkit.validation.shacl import terms
from rdfkit.validation.shacl.names import ShapeNames
from rdfkit.validation.shacl.results import RESULT, ShapeResult, severity_of
from rdfkit.validation.shapes_check import is_advanced
from rdfkit.validation.shapes_graph import ShapesGraph

if TYPE_CHECKING:
    import rdflib

_DEPTH = 100
# What comes out of pyshacl where it does not foresee what stands in shapes.
_UNFORESEEN = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError),
    *(RecursionError, StopIteration, TypeError, ValueError),
)


@dataclass(frozen=True, slots=True)
class Options:
    """What only pyshacl does: derive triples first (`rdfs`, `owlrl`), check some nodes only, heed an ontology."""

    inference: str | None = None
    focus: tuple[str, ...] = ()
    ontology: tuple[ox.Triple, ...] = ()

    @property
    def are_any(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.inference or self.focus or self.ontology)


@dataclass(frozen=True, slots=True)
class PyshaclCheck:
    """The results, and the data graph as it was checked, with what was derived."""

    results: list[ShapeResult]
    data: rdflib.Graph


def check(triples: Iterable[ox.Triple], shapes: ShapesGraph, options: Options | None = None) -> PyshaclCheck:
    """The SHACL results of triples against a shapes graph.

    Raises ShapesError when the shapes are not SHACL, or ask for what pyshacl cannot do.
    """
    import pyparsing
    import pyshacl
    import rdflib

    options = options or Options()
    # It would say on standard error what is raised here.
    logging.getLogger("pyshacl-validate").disabled = True
    data = rdflib_graph(triples)
    patterns = translated_patterns(shapes)
    try:
        with _datatypes_kept():
            _, found, _ = pyshacl.validate(
                data,
                shacl_graph=rewritten_shapes(shapes, patterns, data),
                ont_graph=rdflib_graph(options.ontology) if options.ontology else None,
                inference=options.inference or "none",
                focus_nodes=[rdflib.URIRef(one) for one in options.focus] or None,
                advanced=is_advanced(shapes),
                inplace=True,
                max_validation_depth=_DEPTH,
            )
    except (pyshacl.errors.ReportableRuntimeError, pyparsing.ParseBaseException) as error:
        raise ShapesError(f"the shapes are not SHACL: {_one_line(error)}", path=shapes.shown_paths) from error
    except _UNFORESEEN as error:
        # A bound beside NaN, for one.
        message = f"pyshacl cannot check with these shapes: {error!r}"
        raise ShapesError(message, path=shapes.shown_paths) from error
    if isinstance(found, pyshacl.errors.ValidationFailure):
        raise ShapesError(f"the shapes are not SHACL: {_one_line(found)}", path=shapes.shown_paths)
    written = {new: old for (old, _), new in patterns.items()}
    return PyshaclCheck(list(_shape_results(found, shapes, written)), data)


@contextmanager
def _datatypes_kept() -> Iterator[None]:
    """Has rdflib read literals afterwards as before.

    Deriving triples changes that for good: owlrl has readers of its own for gYear and others, and leaves some of them.
    """
    from rdflib import term

    readers = term._toPythonMapping
    before = dict(readers)
    try:
        yield
    finally:
        readers.clear()
        readers.update(before)


def _shape_results(found: Any, shapes: ShapesGraph, written: dict[str, str]) -> Iterator[ShapeResult]:  # noqa: ANN401 - pyshacl's graph
    import rdflib
    from rdflib.namespace import SH

    names = ShapeNames(shapes.statements)
    # Only what the report names: results of inner shapes (`sh:detail`) are explanations of these.
    for node in found.objects(None, SH.result):
        shape = _text(found.value(node, SH.sourceShape))
        path = found.value(node, SH.resultPath)
        severity = found.value(node, SH.resultSeverity)
        component = str(found.value(node, SH.sourceConstraintComponent))
        messages = sorted(_text(one) for one in found.objects(node, SH.resultMessage))
        value = found.value(node, SH.value)
        yield ShapeResult(
            severity=severity_of(str(severity)),
            shape=names.name(shape, component),
            component=component,
            focus=terms.shown(_text(found.value(node, SH.focusNode))),
            path=str(path) if isinstance(path, rdflib.URIRef) else None,
            value=terms.node(_text(value)) if value is not None else None,
            name=terms.for_people(shapes.statements.get(shape, {}).get(terms.sh("name"), ())),
            message=_written(terms.for_people(messages), written),
            graph=_result_graph(found, node, shapes, written),
        )


def _result_graph(found: Any, node: Any, shapes: ShapesGraph, written: dict[str, str]) -> str:  # noqa: ANN401
    """The result as N-Triples; of other blank nodes, those of shapes and data keep their labels."""
    from rdflib.namespace import SH

    names = ShapeNames(shapes.statements)
    lines: list[str] = []
    labels = {node: f"_:{RESULT}"}
    waiting = [node]
    while waiting:
        subject = waiting.pop()
        said = sorted((_text(p), _text(o), o) for p, o in found.predicate_objects(subject))
        for predicate, text, value in said:
            kept = predicate in (f"<{SH.focusNode}>", f"<{SH.value}>")
            if predicate in (f"<{SH.sourceShape}>", f"<{SH.sourceConstraint}>") and text in shapes.statements:
                lines.extend(names.described(text))
            elif text.startswith("_:") and not kept:
                if value not in labels:
                    labels[value] = f"_:{RESULT}.{len(labels)}"
                    waiting.append(value)
                text = labels[value]
            elif predicate == f"<{SH.resultMessage}>" and terms.is_literal(text):
                text = _rewritten_message(text, written)
            lines.append(f"{labels[subject]} {predicate} {text} .")
    return "".join(f"{line}\n" for line in dict.fromkeys(lines))


def _rewritten_message(text: str, written: dict[str, str]) -> str:
    found = terms.literal(text)
    new = _written(found.text, written) or ""
    if new == found.text:
        return text
    return str(ox.Literal(new, language=found.language) if found.language else ox.Literal(new))


def _written(message: str | None, written: dict[str, str]) -> str | None:
    """A message of pyshacl with patterns as the shapes have them."""
    for new, old in written.items():
        if message is not None and new != old:
            message = message.replace(terms.text(new), terms.text(old))
    return message


def _one_line(error: object) -> str:
    return " ".join(str(error).split())


def _text(term: Any) -> str:  # noqa: ANN401 - an rdflib term
    import rdflib

    if isinstance(term, rdflib.Literal):
        return str(oxigraph_literal(term))
    if isinstance(term, rdflib.BNode):
        return f"_:{term}"
    return f"<{term}>"
