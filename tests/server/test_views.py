"""The pages: what they say, that they lead on, and that hostile data stays text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Match, Route

from rdfkit.endpoints.session import Network
from rdfkit.entities.index.indexer import make_labels
from rdfkit.entities.index.search import Labels
from rdfkit.entities.types import kinds, page_of
from rdfkit.errors import NotFoundError, ParameterError
from rdfkit.rdf.identifiers import expand, prefix_map
from rdfkit.server.views import Source, entities, problem, render
from rdfkit.server.views.outlinks import external, outlinks
from rdfkit.server.views.rendering import prose
from rdfkit.server.views.routes import ROUTES
from rdfkit.sparql.library import bind, find_query, library
from rdfkit.store import Store
from tests.support.federated_endpoints import Nearby, serving_endpoints
from tests.support.paths import CASES
from tests.support.told import told_by

FIGURE = "PMC10846991__j-krcp-23-071f3"
NOT_PAGES = {"api_search", "api_complete", "prefixes_json", "queries_json", "vocabulary_json"}
HEADINGS = ("h1", "h2", "h3", "h4")
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Page(HTMLParser):
    """What a page has: its links, headings, ids, and text; raises on tags that do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.headings: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.attributes: set[tuple[str, str]] = set()
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {(tag, name) for name, _ in attrs}
        values = dict(attrs)
        self.ids += [values["id"]] if values.get("id") else []
        for name in ("href", "src", "action", "data-image"):
            self.links += [values[name] or ""] if name in values else []
        if tag in HEADINGS:
            self.headings.append((tag, ""))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if set(self._open) & set(HEADINGS):
            tag, said = self.headings[-1]
            self.headings[-1] = (tag, said + data)


def _source(store: Store, factory: pytest.TempPathFactory) -> Iterator[Source]:
    path = factory.mktemp("labels") / "labels.sqlite"
    make_labels(store, path)
    with Labels(path) as labels:
        yield Source(store, labels)


@pytest.fixture(scope="module")
def samples_source(sample_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    yield from _source(sample_store, tmp_path_factory)


@pytest.fixture(scope="module")
def seeds_source(seed_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    yield from _source(seed_store, tmp_path_factory)


def _show(source: Source, view: str, **parameters: str) -> Page:
    return Page(render(view, parameters, source).text)


def _checked(page: Page) -> Page:
    """What holds for every page: one h1, headings that skip no level, ids once, nothing that the policy refuses."""
    levels = [int(tag[1]) for tag, _ in page.headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    assert all(said.strip() for _, said in page.headings)
    assert len(page.ids) == len(set(page.ids))
    assert not {name for _, name in page.attributes if name == "style" or name.startswith("on")}
    assert "main" in page.ids
    return page


PAGES = [
    ("home", {}),
    ("search", {"q": "IL6"}),
    ("search", {"q": "interleukin"}),
    ("search", {"q": "signaling", "kind": "pathway"}),
    ("search", {"q": "zzzz"}),
    ("search", {}),
    ("figure", {"id": FIGURE}),
    ("figure", {"id": "PMC10034247__11064_2023_3912_Fig1_HTML"}),
    ("pathway", {"id": "WP364"}),
    ("pathway", {"id": "WP364_r142066"}),
    ("pathway", {"id": "WP1"}),
    ("gene", {"id": "3569"}),
    ("gene", {"id": "5594"}),
    ("term", {"curie": "PW:0000003"}),
    ("term", {"curie": "DOID:162"}),
    ("term", {"curie": "mesh:D002118"}),
    ("author", {"name": "Egonw"}),
    ("author", {"name": "Christine_Chichester"}),
    ("organism", {"id": "9606"}),
    ("community", {"id": "CPTAC"}),
    ("article", {"curie": "pmc:PMC10034247"}),
    ("article", {"curie": "pubmed:20067622"}),
    ("entity", {"iri": "ensembl:ENSG00000136244"}),
    ("entity", {"iri": "wp:Pathway"}),
    ("entity", {"iri": "ncbigene:3569", "show": "statements"}),
    ("entity", {"iri": "https://www.wikipathways.org/communities/cptac.html#collection-9"}),
    ("entity", {"iri": "https://pfocr.wikipathways.org/#dataset"}),
    ("list", {"iri": "NCBITaxon:9606", "of": "Pathways", "page": "2"}),
    ("figures", {}),
    ("pathways", {"page": "2"}),
    ("genes", {}),
    ("browse", {"kind": "author"}),
    ("queries", {}),
    ("query", {"name": "pathways-with-gene", "entrez": "3569", "run": "1"}),
    ("query", {"name": "pathways-with-gene"}),
    ("query", {"name": "who-says", "subject": "no iri at all", "run": "1"}),
]


@pytest.mark.parametrize(("view", "parameters"), PAGES)
def test_every_page_holds_to_the_rules(view: str, parameters: dict[str, str], samples_source: Source) -> None:
    page = _checked(_show(samples_source, view, **parameters))
    assert all(link.startswith(("/", "#", "https://", "http://")) for link in page.links if link)


def test_every_view_has_a_page_here() -> None:
    tested = {view for view, _ in PAGES} | NOT_PAGES | {"editor"}
    assert {route.view for route in ROUTES} == tested


def _answer(source: Source, link: str) -> str:
    """The page behind a link of this site, found as Starlette finds it."""
    address = urlsplit(link)
    query = {name: values[-1] for name, values in parse_qs(address.query, keep_blank_values=True).items()}
    scope = {"type": "http", "method": "GET", "path": unquote(address.path), "root_path": "", "headers": []}
    for route in ROUTES:
        match, found = Route(route.path, lambda request: None).matches(scope)
        if match == Match.FULL:
            return render(route.view, {**query, **found["path_params"]}, source).text
    raise NotFoundError("no route", value=link)


ELSEWHERE = ("/assets/", "/sparql", "/graphs", "/.well-known/", "/editor", "/prefixes.json")


@pytest.mark.parametrize(("view", "parameters"), PAGES)
def test_no_link_is_dead(view: str, parameters: dict[str, str], samples_source: Source) -> None:
    page = _show(samples_source, view, **parameters)
    own = {link for link in page.links if link.startswith("/") and not link.startswith(ELSEWHERE)}
    for link in sorted(own)[:60]:
        assert _answer(samples_source, link)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_a_figure_shows_caption_article_and_mentions(samples_source: Source) -> None:
    page = _show(samples_source, "figure", id=FIGURE)
    assert "Interleukin-6 (IL-6) signaling pathway" in page.headings[0][1]
    assert "The classical pathway is activated by binding IL-6" in page.text
    assert "Kidney Res Clin Pract" in page.text
    assert "NCBI Gene synonyms" in page.text
    assert "/gene/3569" in page.links
    assert "/pathway/WP364" in page.links
    assert any(
        link.startswith("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC10846991/bin/") for link in page.links
    )
    assert "img" not in {tag for tag, _ in page.attributes}


def test_a_pathway_shows_its_figures_as_list_and_picture(samples_source: Source) -> None:
    text = render("pathway", {"id": "WP364"}, samples_source).text
    page = Page(text)
    assert {"/author/Egonw", "/term/PW:0000516", "/community/CPTAC", "/gene/3569"} <= set(page.links)
    assert f"/figure/{FIGURE}" in page.links
    picture = text[text.index("<svg") : text.index("</svg>")]
    assert f'href="/figure/{FIGURE}"' in picture
    assert "IL6 in Interleukin-6 (IL-6) signaling pathway" in picture


def test_a_pathway_without_the_version_asked_for_says_so(samples_source: Source) -> None:
    assert "do not have revision 1" in _show(samples_source, "pathway", id="WP364_r1").text
    assert "do not have revision" not in _show(samples_source, "pathway", id="WP364_r142066").text


def test_a_pathway_of_a_store_without_links_counts(seeds_source: Source) -> None:
    page = _show(seeds_source, "pathway", id="WP364")
    assert "Counted now" in page.text
    assert f"/figure/{FIGURE}" in page.links
    assert "keywords of its page" in page.text


def test_a_figure_shows_its_evidence_and_the_pathway_that_a_curator_named(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = (
        "organism_id\tword\tmatch\tncbigene_symbol\tncbigene_id\tsource\n"
        "10090\tfog\tFOG\tZfpm1\t22761\tncbigene_synonym\n"
    )
    text = "figid: PMC1__f1\nfigtitle: T\norganisms: Homo sapiens\nwpid: WP5283\nfigtype: Graphical abstract"
    told = told_by(text, "PMC1__f1.md", folder=tmp_path, tables={"genes": rows})
    page = expand("pfocr-site:figures/PMC1__f1.html")
    store = Store.from_quads(ox.Quad(*one, ox.NamedNode(page)) for one in told.triples)
    for source in _source(store, tmp_path_factory):
        shown = _show(source, "figure", id="PMC1__f1")
        assert {"/pathway/WP5283", "/gene/22761"} <= set(shown.links)
        assert "Graphical abstract" in shown.text
        assert "other species" in shown.text.lower()
        # Both the figure and its page can be looked up by their IRIs.
        assert _show(source, "entity", iri=f"{page}#figure").headings == shown.headings
        assert "/figure/PMC1__f1" in _show(source, "entity", iri=page).links
        assert page_of(page).startswith("/entity?iri=")


def test_a_gene_is_drawn_by_year(seeds_source: Source) -> None:
    text = render("gene", {"id": "3569"}, seeds_source).text
    assert 'class="plot years"' in text
    assert {"/figure/PMC198534__JCI0319974.f1", f"/figure/{FIGURE}"} <= set(Page(text).links)


def test_a_plot_of_some_figures_says_so(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    gene, graph = ox.NamedNode(expand("ncbigene:1")), ox.NamedNode("http://example.org/g")

    def quads() -> Iterator[ox.Quad]:
        for year in range(2000, 2005):
            figure, article = expand(f"pfocr-site:figures/{year}.html#figure"), expand(f"pmc:PMC{year}")
            for subject, name, value in (
                (figure, "rdf:type", ox.NamedNode(expand("doco:Figure"))),
                (figure, "dcterms:title", ox.Literal(str(year))),
                (figure, "dcterms:isPartOf", ox.NamedNode(article)),
                (figure, "schema:mentions", gene),
                (article, "dcterms:issued", ox.Literal(str(year))),
            ):
                yield ox.Quad(ox.NamedNode(subject), ox.NamedNode(expand(name)), value, graph)

    for source in _source(Store.from_quads(quads()), tmp_path_factory):
        assert "there are more" not in _show(source, "gene", id="1").text
        monkeypatch.setattr(entities, "MOST", 3)
        page = _show(source, "gene", id="1")
        assert "3 of them; there are more" in page.text
        assert "3+" in page.text


def test_home_has_counts_plots_and_the_account(samples_source: Source) -> None:
    text = render("home", {}, samples_source).text
    page = Page(text)
    assert re.search(r"240\s*Pathways", page.text)
    assert "Every page and every row is accounted for." in page.text
    assert {"/queries", "/editor", "/.well-known/void", "/pathways", "/figures", "/genes"} <= set(page.links)
    assert text.count("<svg") == 2


def test_home_offers_the_whole_graph_only_if_one_answer_may_hold_it(samples_source: Source) -> None:
    quads = samples_source.store.metadata["quads"]
    for most, is_offered in ((None, True), (quads, True), (quads - 1, False)):
        text = render("home", {}, replace(samples_source, most_rows=most)).text
        assert ("/graphs?default" in text) == is_offered


def test_home_of_an_empty_store(tmp_path_factory: pytest.TempPathFactory) -> None:
    for source in _source(Store.from_quads([]), tmp_path_factory):
        _checked(_show(source, "home"))
        for view in ("figures", "pathways", "genes", "queries"):
            _checked(_show(source, view))


@pytest.mark.parametrize(
    ("view", "parameters"),
    [
        ("gene", {"id": "99999999"}), ("gene", {"id": "x y"}), ("gene", {"id": ""}), ("pathway", {"id": "WP99999"}),
        ("figure", {"id": "none"}), ("term", {"curie": "PW:9999999"}), ("term", {"curie": "nonsense"}),
        ("entity", {"iri": "http://example.org/unknown"}), ("entity", {"iri": "not an iri"}), ("entity", {}),
        ("list", {"iri": "NCBITaxon:9606", "of": "Nothing"}), ("list", {}), ("browse", {"kind": "unicorn"}),
        ("browse", {"kind": "page"}), ("query", {"name": "none"}), ("no view", {}), ("author", {"name": ".."}),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(
    view: str, parameters: dict[str, str], samples_source: Source
) -> None:
    with pytest.raises(NotFoundError):
        render(view, parameters, samples_source)


def test_a_route_knows_what_its_page_is_about() -> None:
    about = {route.view: route.about for route in ROUTES}
    assert about["gene"]({"id": "3569"}) == expand("ncbigene:3569")
    assert about["figure"]({"id": FIGURE}) == expand(f"pfocr-site:figures/{FIGURE}.html#figure")
    assert about["pathway"]({"id": "WP364"}) == expand("wikipathways:WP364")
    assert about["author"]({"name": "Christine Chichester"}) == expand("user:Christine%20Chichester")
    assert about["term"]({"curie": "PW:0000516"}) == expand("PW:0000516")
    assert about["entity"]({"iri": "ncbigene:3569"}) == expand("ncbigene:3569")
    assert about["home"]({}) is about["entity"]({"iri": "x"}) is about["term"]({"curie": "x"}) is None


# --- the query library ---


def test_a_query_is_a_form_that_keeps_its_values(samples_source: Source) -> None:
    text = render("query", {"name": "pathways-with-gene", "entrez": "3569", "run": "1"}, samples_source).text
    page = Page(text)
    assert 'value="3569"' in text
    assert "/pathway/WP364" in page.links
    downloads = [link for link in page.links if link.startswith("/sparql?")]
    query = bind(find_query("pathways-with-gene"), {"entrez": "3569"})
    assert [parse_qs(urlsplit(link).query) for link in downloads] == [
        {"query": [query], "format": [name]} for name in ("csv", "tsv", "json", "xml")
    ]
    (editor,) = (link for link in page.links if link.startswith("/editor?"))
    assert parse_qs(urlsplit(editor).query) == {"query": [query]}


def test_a_value_that_does_not_fit_is_shown_at_its_field(samples_source: Source) -> None:
    text = render("query", {"name": "who-says", "subject": "<no iri>", "run": "1"}, samples_source).text
    assert 'aria-invalid="true"' in text
    assert "&lt;no iri&gt;" in text


@pytest.mark.parametrize("name", library())
def test_every_query_runs_on_its_page(name: str, seeds_source: Source) -> None:
    page = _checked(_show(seeds_source, "query", name=name, run="1"))
    assert "failed" not in page.text
    may_run = not find_query(name).is_federated
    assert ("This server does not ask there" in page.text) != may_run
    assert any(said.startswith("Answer") for _, said in page.headings) == may_run


def test_a_page_shows_what_other_endpoints_said(seeds_source: Source) -> None:
    with serving_endpoints(CASES / "federated") as endpoints:
        source = replace(seeds_source, network=Nearby(base=endpoints.base))
        page = _checked(_show(source, "query", name="uniprot-of-figure-genes", run="1"))
    assert "Signal transducer and activator of transcription 3" in page.text
    assert "Asked: uniprot (1 request, 3 rows" in page.text
    assert "Not complete" not in page.text


def test_a_page_says_what_an_answer_lacks(seeds_source: Source) -> None:
    # Nobody is at this port.
    source = replace(seeds_source, network=Nearby(base="http://127.0.0.1:9"))
    page = _checked(_show(source, "query", name="resources-that-know-pathway-genes", run="1"))
    assert "Not complete: uniprot: " in page.text
    failed = _checked(_show(source, "query", name="uniprot-of-figure-genes", run="1"))
    assert "The query failed: http://127.0.0.1:9/uniprot cannot be reached" in failed.text


def test_only_the_endpoints_that_are_allowed_are_asked(seeds_source: Source) -> None:
    source = replace(seeds_source, network=Network(allowed=("wikidata",)))
    page = _checked(_show(source, "query", name="uniprot-of-figure-genes", run="1"))
    assert "This server does not ask there" in page.text


# --- JSON ---


def _json(source: Source, view: str, **parameters: str) -> object:
    rendered = render(view, parameters, source)
    assert rendered.media_type == "application/json"
    return json.loads(rendered.text)


def test_search_as_json(samples_source: Source) -> None:
    found = _json(samples_source, "api_search", q="il6", limit="3")
    assert isinstance(found, list)
    assert len(found) == 3
    assert (found[0]["label"], found[0]["page"], found[0]["title"]) == ("IL6", "/gene/3569", "Gene")
    assert _json(samples_source, "api_search", q="il6", kind="pathway", limit="nonsense")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [("pathway", "il6 sig", "WP364"), ("gene", "il6", "IL6"), ("author", "egon", "Egonw"),
     ("community", "cpt", "CPTAC"), ("term", "signaling path", "signaling pathway"),
     ("figure", "interleukin-6", FIGURE)],
)  # fmt: skip
def test_completion_gives_values_that_the_query_takes(
    kind: str, text: str, value: str, samples_source: Source
) -> None:
    found = json.loads(render("api_complete", {"source": kind, "q": text}, samples_source).text)
    assert isinstance(found, list)
    assert value in [one["value"] for one in found]


def test_every_source_of_completion_is_a_kind() -> None:
    sources = {
        parameter.source for query in library().values() for parameter in query.parameters if parameter.source
    }
    assert sources <= set(kinds())


def test_labels_as_json(samples_source: Source) -> None:
    iri = expand("ncbigene:3569")
    assert _json(samples_source, "labels", iris=json.dumps([iri])) == {
        iri: {"label": "IL6", "page": "/gene/3569"}
    }
    for wrong in ("", "{}", "[1]", '"x"', "[" * 100_000, r'["\ud800"]', json.dumps(["x"] * 10_001)):
        with pytest.raises(ParameterError):
            render("labels", {"iris": wrong}, samples_source)


def test_prefixes_queries_and_vocabulary_as_json(samples_source: Source) -> None:
    assert _json(samples_source, "prefixes_json") == prefix_map()
    queries = _json(samples_source, "queries_json")
    assert isinstance(queries, list)
    assert [one["name"] for one in queries] == list(library())
    assert all(one["query"] == bind(find_query(one["name"]), {}) for one in queries)
    vocabulary = _json(samples_source, "vocabulary_json")
    assert isinstance(vocabulary, dict)
    counts = {one["curie"]: one["count"] for one in vocabulary["classes"]}
    assert (counts["wp:Pathway"], counts["doco:Figure"]) == (240, 2)
    assert "schema:mentions" in {one["curie"] for one in vocabulary["properties"]}


# --- hostile data and hostile users ---

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
BAD_ADDRESSES = (
    "javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "JaVaScRiPt:alert(1)",
    "file:///etc/passwd",
)


def _hostile() -> Store:
    """Every text is an attack, and wherever the pages look for an address there is one that must not be a link."""
    graph = ox.NamedNode("http://example.org/g")
    figure, pathway = expand("pfocr-site:figures/evil.html#figure"), expand("wikipathways:WP666")
    mention = expand("pfocr-site:figures/evil.html#mention-1")
    gene, person, article = expand("ncbigene:666"), expand("user:evil"), expand("pmc:PMC666")
    said = {
        figure: ["rdf:type doco:Figure", "schema:mentions ncbigene:666", "dcterms:isPartOf pmc:PMC666"],
        mention: ["rdf:type oa:Annotation", f"oa:hasTarget {figure}", "oa:hasBody ncbigene:666"],
        pathway: [f"pav:hasVersion {pathway}_r1", "dc:creator user:evil"],
        f"{pathway}_r1": ["rdf:type wp:Pathway", "wp:ontologyTag PW:0000666"],
        gene: ["rdf:type schema:Gene", f"dcterms:isPartOf {pathway}_r1", "rdf:type wp:DataNode",
               "wp:bdbEntrezGene ncbigene:666"],
        person: ["rdf:type foaf:Person"],
        article: ["rdf:type fabio:JournalArticle"],
        expand("PW:0000666"): ["rdf:type owl:Class"],
    }  # fmt: skip
    addresses = ["schema:contentUrl", "foaf:page", "rdfs:seeAlso", "owl:sameAs", "schema:sameAs", "foaf:homepage",
                 "skos:exactMatch", "wp:bdbWikidata", "dcterms:references", "cito:isCitedBy"]  # fmt: skip
    texts = ["rdfs:label", "dcterms:title", "dc:title", "dcterms:description", "foaf:name", "pfocr:word",
             "pfocr:symbol", "pfocr:lexicon", "dcterms:identifier", "dcterms:bibliographicCitation", "schema:keywords",
             "dcterms:subject", "pfocr:unidentifiedNode", "foaf:nick", "dcterms:issued", "wp:organismName",
             "pfocr:pathwayScore", "pfocr:occurrences", "wpq:series_ordinal", "dcterms:modified"]  # fmt: skip

    def quads() -> Iterator[ox.Quad]:
        for subject, statements in said.items():
            about = ox.NamedNode(subject)
            for statement in statements:
                name, value = statement.split(" ")
                yield ox.Quad(about, ox.NamedNode(expand(name)), ox.NamedNode(expand(value)), graph)
            for name in texts:
                yield ox.Quad(about, ox.NamedNode(expand(name)), ox.Literal(EVIL), graph)
                yield ox.Quad(
                    about, ox.NamedNode(expand(name)), ox.Literal(f"[x]({BAD_ADDRESSES[0]})"), graph
                )
            for name in addresses:
                for address in BAD_ADDRESSES:
                    yield ox.Quad(about, ox.NamedNode(expand(name)), ox.NamedNode(address), graph)

    return Store.from_quads(quads())


@pytest.fixture(scope="module")
def hostile_source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    yield from _source(_hostile(), tmp_path_factory)


HOSTILE_PAGES = [
    ("home", {}), ("search", {"q": "script"}), ("search", {"q": EVIL}), ("figure", {"id": "evil"}),
    ("pathway", {"id": "WP666"}), ("gene", {"id": "666"}), ("author", {"name": "evil"}),
    ("article", {"curie": "pmc:PMC666"}), ("term", {"curie": "PW:0000666"}), ("genes", {}), ("figures", {}),
    ("entity", {"iri": "ncbigene:666", "show": "statements"}), ("entity", {"iri": BAD_ADDRESSES[0]}),
    ("entity", {"iri": BAD_ADDRESSES[1]}), ("browse", {"kind": "author"}),
    ("list", {"iri": "user:evil", "of": "Pathways"}), ("query", {"name": "pathways", "run": "1"}),
    ("query", {"name": "pathways-with-gene", "entrez": EVIL, "run": EVIL}),
    ("query", {"name": "genes-by-figures", "run": "1"}),
]  # fmt: skip


@pytest.mark.parametrize(("view", "parameters"), HOSTILE_PAGES)
def test_hostile_data_stays_text(view: str, parameters: dict[str, str], hostile_source: Source) -> None:
    text = render(view, parameters, hostile_source).text
    page = _checked(Page(text))
    assert "<script>" not in text
    assert "onerror" not in {name for _, name in page.attributes}
    schemes = {urlsplit(link).scheme.lower() for link in page.links}
    assert schemes <= {"", "http", "https"}
    assert not [link for link in page.links if link.startswith("//")]


def test_the_hostile_pages_do_show_their_texts(hostile_source: Source) -> None:
    assert EVIL in _show(hostile_source, "figure", id="evil").text
    assert BAD_ADDRESSES[0] in _show(hostile_source, "entity", iri="ncbigene:666", show="statements").text


@given(st.text())
def test_prose_makes_no_markup_of_its_own_from_text(text: str) -> None:
    class Tags(HTMLParser):
        found: set[tuple[str, tuple[str, ...]]]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found.add((tag, tuple(name for name, _ in attrs)))

    tags = Tags()
    tags.found = set()
    tags.feed(prose(text))
    plain = {(tag, ()) for tag in ("p", "i", "b", "em", "strong", "sub", "sup", "code")}
    assert tags.found <= {*plain, ("a", ("href", "rel"))}


def test_prose_makes_links_and_emphasis() -> None:
    assert prose("See [the <b>site](https://x.org/a?b=1&c=2).\n\nH<sub>2</sub>O `a`") == (
        '<p>See <a href="https://x.org/a?b=1&amp;c=2" rel="external">the &lt;b&gt;site</a>.</p>'
        "<p>H<sub>2</sub>O <code>a</code></p>"
    )
    assert "href" not in prose("[x](javascript:alert(1))")


@pytest.mark.parametrize(
    "iri", [*BAD_ADDRESSES, "http:", "https:///x", "//x.org", "mailto:a@b.c", "http://[x", ""]
)
def test_only_web_addresses_are_links(iri: str) -> None:
    assert external(iri) is None


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("ncbigene:3569", "https://www.ncbi.nlm.nih.gov/gene/3569"),
        ("pmc:PMC198534", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC198534/"),
        ("doi:10.1/a%3Cb", "https://doi.org/10.1/a%3Cb"),
        ("wikipathways:WP364_r142066", "https://www.wikipathways.org/pathways/WP364.html"),
        ("chebi:17634", "https://www.ebi.ac.uk/chebi/searchId.do?chebiId=CHEBI:17634"),
        ("mesh:D002118", "https://meshb.nlm.nih.gov/record/ui?ui=D002118"),
        ("PW:0000516", "https://www.ebi.ac.uk/ols4/ontologies/pw/classes?iri=http%3A%2F%2Fpurl.obolibrary.org%2Fobo%2FPW_0000516"),
        ("http://example.org/a", "http://example.org/a"),
    ],
)  # fmt: skip
def test_out_links_are_what_people_expect(name: str, address: str) -> None:
    assert outlinks(expand(name), "label")[0].address == address


def test_every_kind_with_a_page_leads_out() -> None:
    examples = ("ncbigene:1", "wikipathways:WP1", "user:x", "NCBITaxon:9606", "PW:0000001", "DOID:1", "CL:0000001",
                "mesh:D1", "chebi:1", "pmc:PMC1", "pubmed:1", "doi:10.1/x", "pfocr-site:figures/x.html")  # fmt: skip
    for name in examples:
        assert all(external(one.address) for one in outlinks(expand(name), EVIL))
        assert page_of(expand(name)).startswith("/")


def test_a_problem_is_a_page() -> None:
    page = _checked(Page(problem("Not found", EVIL).text))
    assert EVIL in page.text


NAMES = ("q", "kind", "iri", "of", "page", "id", "name", "curie", "run", "show", "limit", "source")
VIEWS = sorted({route.view for route in ROUTES} - {"editor"})


@given(st.dictionaries(st.sampled_from(NAMES), st.text()), st.sampled_from(VIEWS))
def test_no_parameter_breaks_a_view(seeds_source: Source, parameters: dict[str, str], view: str) -> None:
    try:
        rendered = render(view, parameters, seeds_source)
    except NotFoundError:
        return
    assert rendered.text
