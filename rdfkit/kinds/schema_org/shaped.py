"""What becomes of a block: its nodes, and what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pyoxigraph as ox

from rdfkit.front_matter import KeyPath, Value
from rdfkit.identifiers import is_missing
from rdfkit.kinds.schema_org.contexts import (
    context_size,
    has_graph_container,
    has_own_context,
    inline,
    packaged_context,
    remote_contexts,
    says_nothing,
    says_schema_org_only,
)
from rdfkit.kinds.schema_org.iris import Names, is_web_address
from rdfkit.kinds.schema_org.nodes import node_object
from rdfkit.kinds.schema_org.places import Place, Shaping
from rdfkit.kinds.schema_org.problems import Problem, Problems
from rdfkit.kinds.schema_org.terms import schema_org_terms, terms_of
from rdfkit.kinds.schema_org.trees import clean, parts, text_or_none
from rdfkit.kinds.schema_org.values import Node

# Oxigraph's parser follows terms that are defined by terms on the stack, and some thousands crash it.
MAX_CONTEXT_ENTRIES = 500
_NAMED_GRAPHS = "the block makes named graphs, but a page is one graph, so it is refused"


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
    shaping = Shaping(Names(page), Problems())
    tree = clean(shaping.problems, block)
    shaping.names.reserve(tree)
    nodes: list[Node] = []
    foreign: list[Node] = []
    for number, (path, part) in enumerate(parts(tree)):
        if isinstance(part, dict):
            node = _node_of_part(shaping, part, path, number)
            if node is not None:
                (foreign if "@context" in node else nodes).append(node)
        elif not (isinstance(part, str) and is_missing(part)):
            shaping.problems.note(
                "schema-not-a-mapping",
                "the block is neither a mapping nor a list of mappings, so it is left out",
                path,
                text_or_none(part),
            )
    return Shaped(tuple(nodes), tuple(foreign), tuple(shaping.problems.found))


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
    terms = terms_of(mapping.get("@context", ""))
    return next((value for key, value in mapping.items() if terms.expand(key) == "@id"), None)


def _node_of_part(shaping: Shaping, part: dict[str, Value], path: KeyPath, number: int) -> Node | None:
    """The node object of one mapping of the block, with the context if that is its own; None when it is left out."""
    is_usual = says_schema_org_only(part)
    if not part or (not is_usual and _is_refused(shaping.problems, part, path)):
        return None
    context = part.get("@context", "")
    if says_nothing(context):
        shaping.problems.note("schema-no-context", "there is no @context, so it is read as schema.org", path)
    terms = terms_of(context)
    body = {key: value for key, value in part.items() if key != "@context"}
    names = shaping.names
    top_iri = names.page if number == 0 else names.fresh(f"block-{number + 1}")
    node = node_object(shaping, body, Place(path, terms), top_iri)
    if node is None or is_usual or not has_own_context(part):
        return node
    own = packaged_context() if terms is schema_org_terms() else inline(context)
    foreign = {"@context": own, **node}
    return foreign if _is_processable(shaping, foreign, path) else None


def _is_refused(problems: Problems, part: dict[str, Value], path: KeyPath) -> bool:
    remote = list(remote_contexts(part, path))
    refusal = "the context is not in the page and is never fetched, so the block is refused"
    for where, text in remote:
        problems.note("schema-remote-context", refusal, where, text)
    is_large = has_own_context(part) and context_size(part) > MAX_CONTEXT_ENTRIES
    if is_large:
        refusal = f"the contexts have more than {MAX_CONTEXT_ENTRIES} entries, so the block is refused"
        problems.note("schema-context-size", refusal, path)
    makes_graphs = has_graph_container(part)
    if makes_graphs:
        # Before the parser sees it: a list in a graph container ends Oxigraph's, and the process with it.
        problems.note("schema-named-graph", _NAMED_GRAPHS, path)
    return bool(remote) or is_large or makes_graphs


def _is_processable(shaping: Shaping, node: Node, path: KeyPath) -> bool:
    """Whether the JSON-LD processor takes a node with its own context, and makes one graph of it."""
    document = {"@context": node["@context"], "@id": shaping.names.page, "@graph": [{**node, "@context": []}]}
    try:
        quads = list(ox.parse(json.dumps(document, ensure_ascii=False), ox.RdfFormat.JSON_LD))
    except SyntaxError as error:
        where = (*path, "@context")
        shaping.problems.note(
            "schema-not-json-ld", f"the block is not JSON-LD, so it is refused: {error.msg}", where
        )
        return False
    if all(quad.graph_name == ox.NamedNode(shaping.names.page) for quad in quads):
        return True
    shaping.problems.note("schema-named-graph", _NAMED_GRAPHS, path)
    return False
