"""What becomes of a block: its nodes, and what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pyoxigraph as ox

from rdfkit.mapping.schema_org.contexts import (
    NAMED_GRAPHS,
    SCHEMA_ORG_ALIASES,
    aliases,
    inline,
    is_refused,
    is_usual,
    map_terms,
    packaged_context,
    remote_contexts,
    says_nothing,
    without_type_maps,
)
from rdfkit.mapping.schema_org.nodes import node_object
from rdfkit.mapping.schema_org.places import Names, Place, Shaping
from rdfkit.mapping.schema_org.problems import Problem, Problems
from rdfkit.mapping.schema_org.readings import Node, Reader
from rdfkit.mapping.schema_org.trees import clean, is_absent, parts
from rdfkit.mapping.schema_org.vocabulary import is_web_address
from rdfkit.sources.yaml_reader import KeyPath, Value


@dataclass(frozen=True, slots=True)
class Shaped:
    """What became of a block.

    `nodes` are JSON-LD node objects to be read with the packaged schema.org context. `foreign` are node
    objects that bring their own `@context`, free of anything remote. No node object that the block nests in
    the ordinary way is a blank node; list cells and what stands inside of maps may be.
    """

    nodes: tuple[Node, ...]
    foreign: tuple[Node, ...]
    problems: tuple[Problem, ...]


def documents(block: Value, page: str) -> Shaped:
    """Shapes the value of `schema-jsonld` for a JSON-LD 1.1 processor.

    `block` is a mapping or a list of mappings whose scalars are all texts. `page` is the IRI of the page: it
    stands in for the `@id` that the first mapping lacks, and nodes without `@id` are named by its fragments.
    Whatever is wrong with the block becomes a problem; nothing is raised and nothing is fetched.
    """
    names, problems = Names(page), Problems()
    tree = clean(problems, block)
    names.reserve(tree)
    nodes: list[Node] = []
    foreign: list[Node] = []
    for number, (path, part) in enumerate(parts(tree)):
        if not isinstance(part, dict):
            if not is_absent(part):
                message = "the block is neither a mapping nor a list of mappings, so it is left out"
                text = part if isinstance(part, str) else None
                problems.note("schema-not-a-mapping", message, path, text)
        elif part and ((usual := is_usual(part)) or not is_refused(problems, part, path)):
            top_iri = page if number == 0 else names.fresh(f"block-{number + 1}")
            node = _node_of_part(names, problems, part, path, top_iri, usual=usual)
            if node is not None:
                (foreign if "@context" in node else nodes).append(node)
    return Shaped(tuple(nodes), tuple(foreign), tuple(problems.found))


def page_iri(block: Value | None) -> str | None:
    """The `@id` of the block, or of its first mapping, when it is an absolute http(s) IRI (RFC 3987).

    None otherwise; `documents` says why.
    """
    first = block[0] if isinstance(block, list) and block else block
    if not isinstance(first, dict):
        return None
    text = first["@id"] if "@id" in first else _aliased_id(first)
    return text if isinstance(text, str) and is_web_address(text) else None


def _aliased_id(first: dict[str, Value]) -> Value | None:
    mapping = clean(Problems(), first)
    if not isinstance(mapping, dict) or next(remote_contexts(mapping, ()), None) is not None:
        return None
    known = aliases({"@context": mapping.get("@context", "")})
    return next((value for key, value in mapping.items() if known.get(key) == "@id"), None)


def _node_of_part(
    names: Names, problems: Problems, part: dict[str, Value], path: KeyPath, top_iri: str, *, usual: bool
) -> Node | None:
    """The node object of one mapping of the block, with the context if that is its own; None when it is left out."""
    part = part if usual else without_type_maps(part)
    context = part.get("@context", "")
    if says_nothing(context):
        problems.note("schema-no-context", "there is no @context, so it is read as schema.org", path)
    own = packaged_context() if usual or says_nothing(context) else inline(context)
    known, maps = (SCHEMA_ORG_ALIASES, frozenset[str]()) if usual else (aliases(part), map_terms(part))
    reader = Reader(own)
    refusal = None if usual else reader.refusal()
    if refusal is not None:
        _note_refusal(problems, path, refusal)
        return None
    # A first look finds out what has to be read, so that all of it is read in one go.
    noted, place, before = Problems(), Place(path), (len(names.issued), names.page_alias)
    node = node_object(Shaping(names, noted, known, maps, reader.want, usual), part, place, top_iri)
    if reader.read_wanted():
        names.take_back(*before)
        noted = Problems()
        node = node_object(Shaping(names, noted, known, maps, reader.read, usual), part, place, top_iri)
    problems.found.extend(noted.found)
    if node is None or usual:
        return node
    foreign = {"@context": own, **node}
    return foreign if _is_processable(foreign, names.page, problems, path) else None


def _is_processable(node: Node, page: str, problems: Problems, path: KeyPath) -> bool:
    """Whether the JSON-LD processor takes a node with its own context, and makes one graph of it."""
    document = {"@context": node["@context"], "@id": page, "@graph": [{**node, "@context": []}]}
    try:
        quads = list(ox.parse(json.dumps(document, ensure_ascii=False), ox.RdfFormat.JSON_LD))
    except SyntaxError as error:
        _note_refusal(problems, path, error.msg)
        return False
    if all(quad.graph_name == ox.NamedNode(page) for quad in quads):
        return True
    problems.note("schema-named-graph", NAMED_GRAPHS, path)
    return False


def _note_refusal(problems: Problems, path: KeyPath, refusal: str) -> None:
    message = f"the block is not JSON-LD, so it is refused: {refusal}"
    problems.note("schema-not-json-ld", message, (*path, "@context"))
