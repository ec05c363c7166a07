"""The schema-jsonld block: cases as files, the seeds, the real sites, and any tree at all."""

from __future__ import annotations

import json
import socket
from collections import Counter

import pyoxigraph as ox
import pytest
import rdflib
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from rdfkit.mapping.schema_org import Problem, documents, packaged_context, page_iri
from rdfkit.mapping.schema_org.vocabulary import known_names, licence, licences
from rdfkit.rdf.identifiers import is_missing
from rdfkit.report import Severity
from rdfkit.sources.front_matter import read_front_matter
from tests.support.paths import PROJECT

CASES = PROJECT / "tests" / "cases" / "schema_org"
SEEDS = sorted((PROJECT / "seeds").glob("*.md"))
PAGE = "https://example.org/page"
SCHEMA = "http://schema.org/"
RDF_LIST = {
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#first",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest",
}


def read_case(path):
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def block_of(path):
    return read_front_matter(path.read_bytes(), path.name).fields.get("schema-jsonld")


def json_ld(shaped, page):
    """One JSON-LD text per context, each in the named graph of the page."""
    groups = [(packaged_context(), list(shaped.nodes))]
    for node in shaped.foreign:
        groups.append((node["@context"], [{key: value for key, value in node.items() if key != "@context"}]))
    for context, nodes in groups:
        graph = {"@id": page, "@graph": nodes}
        yield json.dumps({"@context": context, "@graph": [graph]}, ensure_ascii=False)


def quads(shaped, page):
    return [quad for text in json_ld(shaped, page) for quad in ox.parse(text.encode(), ox.RdfFormat.JSON_LD)]


def triples(shaped, page):
    """The triples as N-Triples lines, with blank nodes numbered as they appear."""
    labels: dict[str, str] = {}
    lines = set()
    for quad in quads(shaped, page):
        line = f"{quad.triple} ."
        for term in (quad.subject, quad.object):
            if isinstance(term, ox.BlankNode):
                label = labels.setdefault(term.value, f"_:n{len(labels) + 1}")
                line = line.replace(str(term), label)
        lines.add(line)
    return lines


def shown(problems):
    return [f"{item.severity} {item.rule} {' '.join(map(str, item.key_path)) or '-'}" for item in problems]


# --- Cases -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_case(path):
    case = read_case(path)
    shaped = documents(case["block"], PAGE)
    assert triples(shaped, PAGE) == set(case["triples"].splitlines())
    assert shown(shaped.problems) == case["problems"]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_seed(path):
    block = block_of(path)
    page = page_iri(block)
    shaped = documents(block, page)
    expected = (CASES / "seeds" / f"{path.stem}.nt").read_text(encoding="utf-8")
    assert triples(shaped, page) == set(expected.splitlines())
    assert not shaped.problems
    assert not shaped.foreign


# rdflib does not have all of JSON-LD 1.1's contexts.
@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@pytest.mark.parametrize("path", [*SEEDS, *sorted(CASES.glob("[!ir]*.yaml"))], ids=lambda path: path.stem)
def test_rdflib_reads_the_same(path):
    block = block_of(path) if path.suffix == ".md" else read_case(path)["block"]
    shaped = documents(block, PAGE)
    ours, theirs = rdflib.Graph(), rdflib.Dataset()
    ours.parse(data="\n".join(triples(shaped, PAGE)), format="nt")
    for text in json_ld(shaped, PAGE):
        theirs.parse(data=text, format="json-ld")
    assert isomorphic(ours, theirs.graph(rdflib.URIRef(PAGE)))


def test_real_pages(samples):
    folders = [samples / "wikipathways" / "_pathways", samples / "pfocr" / "_figures"]
    pages = [path for folder in folders for path in sorted(folder.glob("*.md"))]
    assert pages
    for path in pages:
        block = block_of(path)
        page = page_iri(block)
        shaped = documents(block, page)
        assert shaped.problems == (), path.name
        found = quads(shaped, page)
        assert {quad.predicate.value for quad in found} >= {SCHEMA + "license", SCHEMA + "creator"}
        assert not [quad for quad in found if isinstance(quad.object, ox.BlankNode)]


# --- The page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"@id": "https://example.org/a"}, "https://example.org/a"),
        ([{"@id": "http://example.org/a"}, {"@id": "https://example.org/b"}], "http://example.org/a"),
        ({"@context": "https://schema.org/", "id": "https://example.org/a"}, "https://example.org/a"),
        ({"@context": {"uri": "@id"}, "uri": "https://example.org/a"}, "https://example.org/a"),
        ({"@context": "https://example.org/remote", "@id": "https://example.org/a"}, "https://example.org/a"),
        ({"@context": "https://example.org/remote", "id": "https://example.org/a"}, None),
        ({"@id": "https://example.org/a b"}, None),
        ({"@id": "page"}, None),
        ({"@id": "/page"}, None),
        ({"@id": "_:b1"}, None),
        ({"@id": "urn:example:1"}, None),
        ({"@id": "https://"}, None),
        ({"@id": ""}, None),
        ({"@id": ["https://example.org/a"]}, None),
        ({"@context": {"a": "b"}, "c": {"d": "e"}}, None),
        ([], None),
        ("text", None),
        ([["text"]], None),
        (None, None),
    ],
)
def test_page_iri(block, expected):
    assert page_iri(block) == expected


def test_page_with_a_fragment():
    page = "https://example.org/page#this"
    shaped = documents({"@context": "https://schema.org/", "creator": {"name": "A"}}, page)
    assert f'<{page}-creator> <{SCHEMA}name> "A" .' in triples(shaped, page)


# --- Problems ----------------------------------------------------------------------------------------


def only_problem(block):
    (problem,) = documents({"@context": "https://schema.org/"} | block, PAGE).problems
    return problem


def test_unknown_property_names_the_nearest():
    problem = only_problem({"descripton": "x"})
    assert problem == Problem(
        Severity.WARNING,
        "schema-unknown-property",
        "schema.org has no property descripton",
        ("descripton",),
        "descripton",
        "Did you mean description?",
    )


def test_types_are_no_properties():
    assert only_problem({"Dataset": "x"}).advice == "Did you mean dataset?"
    assert only_problem({"@type": "dataset"}).advice == "Did you mean Dataset?"


def test_remote_context_is_told_with_its_address():
    problem = only_problem({"creator": {"@context": "https://example.org/c"}})
    assert problem.severity is Severity.VIOLATION
    assert problem.value == "https://example.org/c"


def test_many_refused_values_are_left_out_in_one_go():
    block = {"@context": "https://schema.org/", "@included": ["no node"] * 5000, "name": "A"}
    shaped = documents(block, PAGE)
    assert triples(shaped, PAGE) == {f'<{PAGE}> <{SCHEMA}name> "A" .'}
    assert Counter(problem.rule for problem in shaped.problems) == {"schema-form": 5000}


def test_type_maps_are_read():
    context = {"@vocab": SCHEMA, "author": {"@container": "@type"}}
    shaped = documents({"@context": context, "author": {"Person": {"name": "A"}}}, PAGE)
    assert triples(shaped, PAGE) == {
        f"<{PAGE}> <{SCHEMA}author> <{PAGE}#author> .",
        f"<{PAGE}#author> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{SCHEMA}Person> .",
        f'<{PAGE}#author> <{SCHEMA}name> "A" .',
    }
    assert not shaped.problems


@pytest.mark.parametrize("value", [7, None, True, 1.5, b"x", {"a"}], ids=repr)
def test_what_is_no_text_is_told(value):
    assert only_problem({"name": value}).rule == "schema-form"
    assert documents(value, PAGE).problems[0].rule == "schema-form"


def test_keys_that_are_no_text_are_told():
    assert only_problem({7: "x"}).rule == "schema-text"
    assert only_problem({"name": "\ud800"}).rule == "schema-text"


def test_depth():
    value: object = "deep"
    for _ in range(5000):
        value = [value]
    assert only_problem({"name": value}).rule == "schema-depth"


@pytest.mark.parametrize("template", ["t{}", "t{}:/"])
def test_large_contexts_are_refused_before_the_parser_sees_them(template):
    def chain(size):
        terms = {f"t{number}": template.format(number + 1) for number in range(size)}
        return {"@context": [terms, {f"t{size}": "https://example.org/"}], "t0": "x"}

    assert "schema-context-size" in {problem.rule for problem in documents(chain(100_000), PAGE).problems}
    assert "schema-context-size" not in {problem.rule for problem in documents(chain(490), PAGE).problems}


def test_many_nodes_of_one_name():
    block = {
        "@context": "https://schema.org/",
        "creator": [[{"name": str(number)}] for number in range(20_000)],
    }
    shaped = documents(block, PAGE)
    assert len({node["@id"] for node in shaped.nodes[0]["creator"]}) == 20_000


# --- The packaged data ---------------------------------------------------------------------------------


def test_context_has_one_sorted_line_per_term():
    path = PROJECT / "rdfkit" / "mapping" / "jsonld" / "contexts" / "schema.jsonld"
    lines = path.read_text(encoding="utf-8").splitlines()[2:-2]
    keys = [json.loads("{" + line.strip().removesuffix(",") + "}").popitem()[0] for line in lines]
    assert keys[0] == "@vocab"
    assert keys[1:] == sorted(set(keys[1:]))
    assert keys == list(packaged_context())


def test_context_types():
    typed = {
        name: definition["@type"]
        for name, definition in packaged_context().items()
        if isinstance(definition, dict) and "@type" in definition
    }
    assert set(typed.values()) == {"@id", "Date"}
    assert set(typed) <= known_names("property")
    # Ranges of Text and URL are texts in the published context, and so is what has DateTime alone.
    assert not typed.keys() & {"identifier", "keywords", "encodingFormat", "temporalCoverage", "startTime"}
    assert {"url", "sameAs", "image", "license", "isPartOf", "mainEntityOfPage", "contentUrl"} <= typed.keys()
    assert {typed[name] for name in ("dateCreated", "datePublished", "birthDate", "uploadDate")} == {"Date"}


def test_context_terms_are_http_schema_org():
    terms = [name for name, definition in packaged_context().items() if isinstance(definition, dict)]
    document = {"@context": packaged_context(), "@id": PAGE} | {name: {"@value": "x"} for name in terms}
    found = ox.parse(json.dumps(document), ox.RdfFormat.JSON_LD)
    predicates = {quad.predicate.value for quad in found}
    assert predicates == {SCHEMA + name for name in terms if name != "HTML"} | {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML"
    }


def test_licences_are_addresses():
    assert len(licences()) == 34
    assert all(
        iri.startswith("https://creativecommons.org/") and iri.endswith("/") for iri in licences().values()
    )


# --- Nothing is fetched ----------------------------------------------------------------------------------


def test_no_socket_is_ever_opened(monkeypatch):
    opened = []

    def forbidden(*arguments, **keywords):
        opened.append(arguments)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "create_connection", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    with pytest.raises(OSError, match="no network"):
        socket.create_connection(("example.org", 80))
    opened.clear()
    for path in sorted(CASES.glob("*.yaml")):
        block = read_case(path)["block"]
        page_iri(block)
        quads(documents(block, PAGE), PAGE)
    assert opened == []


@pytest.mark.parametrize("path", sorted(CASES.glob("remote_*.yaml")), ids=lambda path: path.stem)
def test_remote_blocks_give_nothing(path):
    shaped = documents(read_case(path)["block"], PAGE)
    assert (shaped.nodes, shaped.foreign) == ((), ())
    assert [problem.severity for problem in shaped.problems] == [Severity.VIOLATION]


# --- Any tree ------------------------------------------------------------------------------------------

odd_texts = [
    "", "~", "NA", "@id", "@type", "@value", "@list", "@set", "@graph", "@included", "@reverse",
    "@language", "@index", "@nest", "@none", "@json", "@vocab", "@container", "@base", "@version",
    "@prefix", "@foo", "@", "_:b", "_:", "_:b c", ":", "#", "#a", "a b", "a:b", "x:y", "schema:name",
    "schema:", "http://", "http://[", "https://schema.org/", "http://schema.org/url",
    "https://example.org/a", "https://example.org/%zz", "urn:x", "name", "url", "license", "CC0",
    "creator", "datePublished", "2003", "id", "type", "Dataset", "HTML", "en", "true", "1.1", "null",
    "\ud800", "\ue000", "é", "a\\\"\n\t", "%", "<", "?", "[", "x" * 300,
]  # fmt: skip
texts = (
    st.sampled_from(odd_texts)
    | st.text(max_size=8)
    | st.text(st.characters(exclude_categories=()), max_size=4)
)


def trees(keys):
    return st.recursive(
        texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=20,
    )


plain_trees = trees(texts)
contexts = st.recursive(
    st.just("https://schema.org") | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            texts | st.sampled_from(["@context", "@import", "@protected", "@propagate"]),
            inner | st.sampled_from(["http://schema.org/name", "@id", "https://example.org/ns#"]),
            max_size=4,
        )
    ),
    max_leaves=8,
)
own_contexts = st.builds(
    lambda context, tree: {**(tree if isinstance(tree, dict) else {"name": tree}), "@context": context},
    contexts,
    trees(texts | st.just("@context")),
)


@given(plain_trees)
def test_any_tree_of_schema_org_can_be_processed(tree):
    block = tree if isinstance(tree, (list, str)) else {"@context": "https://schema.org/", **tree}
    shaped = documents(block, PAGE)
    found = quads(shaped, PAGE)
    assert shaped == documents(block, PAGE)
    assert {quad.graph_name for quad in found} <= {ox.NamedNode(PAGE)}
    # List cells are the only blank nodes.
    cells = {quad.subject for quad in found if quad.predicate.value in RDF_LIST}
    terms = {term for quad in found for term in (quad.subject, quad.object)}
    assert {term for term in terms if isinstance(term, ox.BlankNode)} <= cells
    page_iri(block)


@given(own_contexts)
def test_any_context_is_honoured_or_refused(block):
    shaped = documents(block, PAGE)
    assert {quad.graph_name for quad in quads(shaped, PAGE)} <= {ox.NamedNode(PAGE)}
    page_iri(block)


names = st.sampled_from(["creator", "author", "name", "url", "keywords", "license", "hasPart"])
honest_trees = st.dictionaries(
    names,
    st.recursive(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=10),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
        max_leaves=20,
    ),
    max_size=5,
)


def leaves(tree):
    if isinstance(tree, str):
        return [tree]
    return [leaf for item in (tree.values() if isinstance(tree, dict) else tree) for leaf in leaves(item)]


def may_become_iri(text):
    """Fragments, blank node labels, compact IRIs and names of licences."""
    is_compact = text.partition(":")[0] in packaged_context()
    return text.startswith(("#", "_:")) or is_compact or licence(text) is not None


@given(honest_trees)
def test_no_text_vanishes(tree):
    found = quads(documents({"@context": "https://schema.org/", **tree}, PAGE), PAGE)
    seen = {quad.object.value for quad in found if isinstance(quad.object, (ox.Literal, ox.NamedNode))}
    kept = [text for text in leaves(tree) if not (is_missing(text) or may_become_iri(text))]
    assert [text for text in kept if text not in seen] == []


@given(honest_trees)
def test_every_nested_node_has_its_own_name(tree):
    shaped = documents({"@context": "https://schema.org/", **tree}, PAGE)
    identifiers = Counter(node_ids(list(shaped.nodes)))
    assert not [identifier for identifier, count in identifiers.items() if count > 1]


def node_ids(value):
    if isinstance(value, list):
        return [found for item in value for found in node_ids(item)]
    if isinstance(value, dict) and "@value" not in value and len(value) > 1:
        return [value["@id"]] + [found for item in value.values() for found in node_ids(item)]
    return []
