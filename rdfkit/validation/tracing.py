"""From a SHACL result back to the file, line and key that it comes from, in words for people.

What a result says comes from the shape: `sh:name` is what should stand there, `sh:message` what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pyoxigraph as ox

from rdfkit.mapping import registry
from rdfkit.mapping.document import Document, Origin
from rdfkit.mapping.jsonld import contexts
from rdfkit.mapping.registry import BLOCK, NO_BLOCK, NO_BLOCK_MESSAGE
from rdfkit.rdf.identifiers import compress, expand
from rdfkit.rdf.iris import is_iri
from rdfkit.report import Result, Severity
from rdfkit.sources.page import Page, has_text
from rdfkit.sources.tables import table_kinds
from rdfkit.sources.yaml_reader import KeyPath, Value
from rdfkit.validation.shacl import ShapeResult
from rdfkit.validation.shape_words import ASKED

_SHOWN_VALUE = 80
_TYPE = expand("rdf:type")
# What is missing: a value, or the value that must be among others.
_MISSING = frozenset(map(expand, ("sh:MinCountConstraintComponent", "sh:HasValueConstraintComponent")))
_MISSED = _MISSING | {expand("sh:QualifiedMinCountConstraintComponent")}
_MAX_COUNT = expand("sh:MaxCountConstraintComponent")
_SCHEMA = expand("schema:")


def trace(results: Iterable[ShapeResult], page: Page, document: Document) -> list[Result]:
    """The SHACL results about a page as findings, each at the file, line and key of the page that it comes from.

    `document` is what the page was mapped to; its origins lead from nodes back to keys. What is missing is not told
    of a page that only leads to another one, nor of a block where the page lacks the key that says the same. Nodes of
    blocks are asked for what schema.org has.
    """
    found = [result for result in results if not _is_told_elsewhere(result, page, document.graph)]
    origins = {expand(name): origin for name, origin in document.origins.items()} if found else {}
    found = [result for result in found if result.focus in origins or not _is_of_ours(result)]
    return [_traced(result, page, origins, document.graph) for result in found]


def _is_told_elsewhere(result: ShapeResult, page: Page, graph: str) -> bool:
    if result.component not in _MISSING and not _is_part(result, graph):
        return False
    if page.leads_elsewhere:
        return True
    path = result.path or ""
    is_of_block = expand(graph) == result.focus and path.startswith(_SCHEMA)
    key = registry.kind(page.kind).block.get(path.removeprefix(_SCHEMA)) if is_of_block else None
    return key is not None and not has_text(page.fields.get(key))


def _is_of_ours(result: ShapeResult) -> bool:
    """Whether what is missing is a property that keys of pages become, and none that a schema.org block has."""
    is_foreign = result.path is None or result.path.startswith(_SCHEMA) or result.path == _TYPE
    return result.component in _MISSING and result.severity is not Severity.VIOLATION and not is_foreign


def _is_part(result: ShapeResult, graph: str) -> bool:
    """Whether the value is a node of the page that has no name of its own: nobody has written its IRI."""
    value, page = result.value, expand(graph)
    return isinstance(value, ox.NamedNode) and value.value.startswith((f"{page}#", f"{page}-"))


def untraced(result: ShapeResult, path: str | None) -> Result:
    """A SHACL result about an RDF file, which came from no page, as a finding. `path` is all that tells its place."""
    found = result.value.value if result.value is not None else None
    focus = compress(result.focus) if is_iri(result.focus) else result.focus
    return _result(
        result, f"{focus}: {_problem(result, found)}", path=path, key=_short(result.path), value=found
    )


def _traced(result: ShapeResult, page: Page, origins: Mapping[str, Origin], graph: str) -> Result:
    key_path = _item_path(result, page, _key_path(result, page, origins))
    raw = _at(page.fields, key_path)
    if result.path == _TYPE and result.focus == expand(graph) and not page.fields.get(BLOCK):
        # The build says the same of pages that have a type without a block.
        return replace(_result(result, NO_BLOCK_MESSAGE, path=page.path, line=1, key=BLOCK), rule=NO_BLOCK)
    found = None if _is_part(result, graph) and not has_text(raw) else _found(result, raw)
    return _result(
        result,
        _problem(result, found),
        path=page.file(*key_path),
        line=page.line(*key_path),
        key=page.shown_key(*key_path),
        value=found,
    )


def _result(result: ShapeResult, message: str, **place: Any) -> Result:  # noqa: ANN401 - fields of Result
    return Result(
        severity=result.severity,
        rule=_rule(result.shape),
        message=message,
        advice=result.message,
        focus=result.focus,
        property_path=result.path,
        component=result.component,
        value_term=str(result.value) if result.value is not None else None,
        shacl=result.graph,
        **place,
    )


def _problem(result: ShapeResult, found: str | None) -> str:
    wanted = result.name or ASKED
    if result.component == _MAX_COUNT:
        return f"more values than allowed: expected {wanted}"
    if found is None and result.value is None and result.component not in _MISSED:
        return f"not as it should be: expected {wanted}"
    if found is None:
        return f"missing: expected {wanted}"
    shown = found if len(found) <= _SHOWN_VALUE else found[:_SHOWN_VALUE] + "…"
    return f'"{shown}" is not {wanted}'


# --- from a node and a predicate back to a key ---


def _key_path(result: ShapeResult, page: Page, origins: Mapping[str, Origin]) -> KeyPath:
    """The key that a result is about, or the nearest thing above it: the row, the block, the whole page."""
    origin = origins.get(result.focus)
    exact = _exact_key_path(result, origin, page)
    if exact is not None:
        return exact
    if origin is None or result.path == _TYPE:
        return (BLOCK,) if BLOCK in page.fields else ()
    return origin.key_path


def _exact_key_path(result: ShapeResult, origin: Origin | None, page: Page) -> KeyPath | None:
    if origin is not None and result.path is None and origin.id_key:
        return (*origin.key_path, origin.id_key)
    if origin is not None and result.path is not None:
        # A node of the page itself may stand under a term, as the versionless pathway does.
        for scope, key_path in ((origin.scope, origin.key_path), ("", ())):
            key = _key(result, scope, key_path, page)
            if key is not None:
                return (*key_path, key)
    return _block_key_path(result.path, page)


def _key(result: ShapeResult, scope: str, key_path: KeyPath, page: Page) -> str | None:
    """The key that a predicate comes from: the one that holds the value, else one that is there, else the first."""
    terms = contexts.scoped_terms(page.kind).get(scope, {}).get(result.path or "", ())
    table = page.tables.get(str(key_path[0])) if key_path else None
    names = table_kinds()[table.kind].keys if table else registry.kind(page.kind).keys
    keys = [names.get(term, term) for term in terms]
    fields = _at(page.fields, key_path)
    if not isinstance(fields, dict):
        return next(iter(keys), None)
    holding = [key for key in keys if _holds(fields.get(key), result.value)]
    present = [key for key in keys if fields.get(key)]
    return next(iter([*holding, *present, *keys]), None)


def _holds(field: Value | None, value: ox.NamedNode | ox.Literal | None) -> bool:
    if not isinstance(value, ox.Literal) or field is None:
        return False
    if isinstance(field, str):
        return value.value in (field, field.strip())
    return any(_holds(inner, value) for inner in (field.values() if isinstance(field, dict) else field))


def _block_key_path(path: str | None, page: Page) -> KeyPath | None:
    if path is None or not path.startswith(_SCHEMA):
        return None
    if not page.fields.get(BLOCK):
        return (BLOCK,)
    block: KeyPath = (BLOCK, 0) if isinstance(page.fields[BLOCK], list) else (BLOCK,)
    return (*block, path.removeprefix(_SCHEMA))


def _item_path(result: ShapeResult, page: Page, key_path: KeyPath) -> KeyPath:
    """From a list of mappings to the text in it that is the offending value."""
    items = _at(page.fields, key_path)
    if isinstance(items, list) and isinstance(result.value, ox.Literal):
        for index, item in enumerate(items):
            for key, text in item.items() if isinstance(item, dict) else ():
                if text == result.value.value:
                    return (*key_path, index, key)
    return key_path


def _at(value: Value | None, key_path: KeyPath) -> Value | None:
    for part in key_path:
        if isinstance(value, dict) and isinstance(part, str):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def _found(result: ShapeResult, raw: Value | None) -> str | None:
    """What stands in the file: the text under the key, or the one of a list that the result is about."""
    if isinstance(raw, str):
        return raw.strip() or None
    if isinstance(result.value, ox.Literal):
        return result.value.value
    texts = [item.strip() for item in raw if isinstance(item, str)] if isinstance(raw, list) else []
    if result.value is not None:
        return texts[0] if len(texts) == 1 and texts[0] else result.value.value
    # None of the texts has become a value.
    return ", ".join(filter(None, texts)) or None


def _rule(shape: str) -> str:
    """The name of a shape: of ours the last part, of all others the whole IRI or place."""
    return shape.removeprefix(expand("pfocr:"))


def _short(iri: str | None) -> str | None:
    return compress(iri) if iri else None
