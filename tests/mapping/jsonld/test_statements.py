"""Statements are the quads that Oxigraph's JSON-LD parser gives, whatever the document says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.errors import JsonLdError
from rdfkit.mapping import registry
from rdfkit.mapping.document import Document, Node
from rdfkit.mapping.jsonld import contexts
from rdfkit.mapping.jsonld.compiler import CompiledContext, compiled, plain_literal
from rdfkit.mapping.jsonld.oxigraph import quads
from rdfkit.mapping.jsonld.statements import statements, to_n_quads, to_n_triples
from rdfkit.mapping.jsonld.terms import UnsureError
from tests.support.examples import share_of_examples
from tests.support.graphs import mapped
from tests.support.paths import SEEDS

GRAPH = "https://pfocr.wikipathways.org/figures/x.html"
CONTEXTS = (*registry.KINDS, "schema")

# Texts with all of Unicode, and texts that mean something to a JSON-LD processor.
_local = st.text(st.sampled_from('aé1.-_~%20/?#[]@:<> "\\^`{|}\u00a0\ufffe'), max_size=6)
_prefixes = st.sampled_from(
    [
        "",
        "_:",
        ":",
        "#",
        "//",
        "@",
        "ncbigene:",
        "PW:",
        "xsd:",
        "schema:",
        "Date:",
        "id:",
        "urn:x:",
        "http://e.org/",
    ]
)
_references = st.builds("{}{}".format, _prefixes, _local)
_texts = (
    st.text(st.characters(), max_size=8)
    | _references
    | st.sampled_from(["", "@id", "@type", "@none", "@json"])
)


def _keys(context: object) -> Iterator[str]:
    """The keys of a context and of the contexts in it."""
    for key, definition in context.items() if isinstance(context, dict) else ():
        yield key
        yield from _keys(definition.get("@context") if isinstance(definition, dict) else None)


def _nodes(name: str) -> st.SearchStrategy[Node]:
    """Node objects with the keys of a context, and a few things that it does not cover."""
    terms = st.sampled_from(sorted(key for key in _keys(dict(contexts.context(name))) if key[0] != "@"))
    keys = terms | st.sampled_from(["name", "@list", "@included", "_:k", "no: key"])
    types = terms | _references
    languages = st.sampled_from(["en", "EN-us", "e n", ""])
    literals = st.fixed_dictionaries({"@value": _texts}, optional={"@type": types, "@language": languages})
    odd = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.just({})
    iris = st.sampled_from(["http://e.org/a", "http://e.org/b", GRAPH]) | _references
    named = st.fixed_dictionaries({"@id": iris}, optional={"@type": types | st.lists(types)})

    def nodes(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        said = st.dictionaries(keys, values | st.lists(values, max_size=3), max_size=3)
        return st.builds(lambda own, rest: {**own, **rest}, named | st.just({}), said)

    return nodes(st.recursive(_texts | literals | odd, nodes, max_leaves=6))


def _outcome(lines: Callable[[], list[str]]) -> object:
    """What comes out: sorted lines, or what is raised."""
    try:
        return sorted(lines())
    except (JsonLdError, UnicodeEncodeError) as error:
        return type(error), getattr(error, "value", None)


def _same(document: Document) -> None:
    # Not `splitlines`: U+0085 is no end of line in N-Quads.
    found = _outcome(lambda: to_n_quads(statements(document), document.graph).split("\n")[:-1])
    assert found == _outcome(lambda: [f"{quad} ." for quad in set(quads(document))])


@pytest.mark.parametrize("name", CONTEXTS)
@share_of_examples(0.4)
@given(data=st.data())
def test_statements_of_any_node_are_its_quads(name: str, data: st.DataObject) -> None:
    nodes = data.draw(st.lists(_nodes(name), max_size=2))
    if name == "schema":
        _same(Document("document", GRAPH, [], schema_nodes=nodes))
    else:
        _same(Document(name, GRAPH, nodes))


@pytest.mark.parametrize("name", CONTEXTS)
def test_every_key_of_a_context_is_compiled(name: str) -> None:
    """So no page of ours takes the long way because of its context."""

    def compile_all(terms: CompiledContext, context: Mapping[str, Any]) -> int:
        own = {key: body for key, body in context.items() if key[0] != "@" and body not in ("@id", "@type")}
        inside = {key: terms.term(key).inside for key in own}
        scopes = {key: body["@context"] for key, body in own.items() if "@context" in body}
        return len(own) + sum(compile_all(inside[key], scope) for key, scope in scopes.items())

    assert compile_all(compiled(name), contexts.context(name)) >= 50


def _documents(folders: list[Path]) -> Iterator[Document]:
    return (found.document for found in mapped(folders))


def test_statements_of_the_seeds_are_their_quads() -> None:
    for document in _documents([SEEDS]):
        _same(document)


@pytest.mark.parametrize("site", ["wikipathways", "pfocr"])
def test_statements_of_the_samples_are_their_quads(samples: Path, site: str) -> None:
    for document in _documents([samples / site]):
        _same(document)


def test_nodes_are_read_once() -> None:
    # The second node has no name, so the parser has to read all three.
    nodes = [{"@id": "http://e.org/a", "figid": "a"}, {"figid": "b"}, {"@id": "http://e.org/c", "figid": "c"}]
    document = Document("figure", GRAPH, iter(nodes))
    assert list(statements(document)) == ["<http://e.org/a>", f"<{GRAPH}#genid-1>", "<http://e.org/c>"]


@given(st.text(st.characters()))
def test_literals_are_written_as_oxigraph_writes_them(text: str) -> None:
    try:
        expected = str(ox.Literal(text))
    except ValueError:
        with pytest.raises(UnsureError):
            plain_literal(text)
    else:
        assert plain_literal(text) == expected


def test_every_character_is_written_as_oxigraph_writes_it() -> None:
    for start in range(0, 0x110000, 0x800):
        text = "".join(map(chr, range(start, start + 0x800)))
        if not "\ud800" <= text[0] <= "\udfff":
            assert [plain_literal(one) for one in text] == [str(ox.Literal(one)) for one in text]


def test_n_triples_are_n_quads_without_the_graph() -> None:
    node = {"@id": GRAPH, "figid": ['a "b"', "c"], "organisms": "NCBITaxon:9606"}
    found = statements(Document("figure", GRAPH, [node]))
    triples = list(ox.parse(to_n_triples(found), ox.RdfFormat.N_TRIPLES))
    from_quads = ox.parse(to_n_quads(found, GRAPH), ox.RdfFormat.N_QUADS)
    assert len(triples) == 3
    assert [quad.triple for quad in from_quads] == [quad.triple for quad in triples]
