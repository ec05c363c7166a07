"""The SPARQL editor as a person uses it: Chromium against a running server, every request and console line watched."""

from __future__ import annotations

import csv
import io
import json
import socket
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from tests.support.browsing import Opener, findings, opening, sync_api
from tests.support.serving import Server

pytestmark = pytest.mark.browser

# Chromium itself writes these lines for answers that the tests ask for.
EXPECTED = ("status of 400", "ERR_INCOMPLETE_CHUNKED_ENCODING")
EDITOR = ".tabPanel.active .CodeMirror"
TEXT = f"document.querySelector('{EDITOR}').CodeMirror"


@pytest.fixture
def open_page(server: Server, chromium: sync_api.Browser) -> Iterator[Opener]:
    """Opens pages. In the end none of them may have asked another host or written an error to the console."""

    def notice(message: sync_api.ConsoleMessage) -> str | None:
        if message.type not in ("error", "warning") or any(part in message.text for part in EXPECTED):
            return None
        return f"{message.location.get('url')}: {message.text}"

    with opening(chromium, server.url, notice, "data:", "blob:") as opener:

        def opened(path: str = "/editor", **options: object) -> sync_api.Page:
            page = opener(path, **options)
            if options.get("java_script_enabled", True):
                page.wait_for_selector(EDITOR)
            return page

        yield opened


def _wait_until(page: sync_api.Page, condition: str, argument: object = None) -> None:
    """Playwright's own way of waiting evaluates text in the page, which the page's policy forbids."""
    for _ in range(100):
        if page.evaluate(condition, argument):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never true: {condition}")


PASTE = """(field, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def _write(page: sync_api.Page, text: str) -> None:
    """Replaces the query by pasting, which does not indent as typing does."""
    page.click(f"{EDITOR} .CodeMirror-lines")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    if text:
        page.eval_on_selector(f"{EDITOR} [role=textbox]", PASTE, text)
    _wait_until(page, f"text => {TEXT}.getValue() === text", text)


def _run(page: sync_api.Page, text: str | None = None) -> None:
    if text is not None:
        _write(page, text)
    page.click(".tabPanel.active .yasqe_queryButton")


def _table(page: sync_api.Page) -> list[list[str]]:
    page.wait_for_selector(".tabPanel.active .editor-table tbody", state="attached")
    return page.evaluate(
        "[...document.querySelectorAll('.tabPanel.active .editor-table tbody tr')]"
        ".map(row => [...row.cells].slice(1).map(cell => cell.textContent))"
    )


def _findings(page: sync_api.Page, axe: str) -> list[str]:
    """What axe finds that is serious or worse."""
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in findings(page, axe)
        if one["impact"] in ("serious", "critical")
    ]


def _answer(server: Server, query: str, format: str) -> str:
    with urllib.request.urlopen(
        f"{server.url}/sparql?{urlencode({'query': query, 'format': format})}", timeout=20
    ) as got:
        return got.read().decode()


GENES = "SELECT ?gene ?label WHERE { ?gene a schema:Gene ; rdfs:label ?label } ORDER BY ?label"


def test_an_example_is_found_run_and_edited(open_page: Opener):
    page = open_page()
    page.click("#open-examples")
    page.fill("#examples-search", "ranked genes share pathway")
    page.click("text=Figures ranked by the genes they share with a pathway")
    first = _table(page)
    assert len(first) > 1
    assert page.inner_text("#editor-status") == f"{len(first)} rows"
    text = page.evaluate(f"{TEXT}.getValue()")
    assert '"WP364"' in text
    assert "# param" not in text
    _run(page, text + "\nLIMIT 1")
    sync_api.expect(page.locator("#editor-status")).to_have_text("1 row")
    assert _table(page) == first[:1]


def test_examples_can_be_chosen_by_category_and_with_the_keyboard(open_page: Opener, server: Server):
    page = open_page()
    page.focus("#open-examples")
    page.keyboard.press("Enter")
    with urllib.request.urlopen(f"{server.url}/queries.json", timeout=20) as got:
        examples = json.load(got)
    assert page.inner_text("#examples-count") == f"{len(examples)} of {len(examples)} queries"
    page.select_option("#examples-category", "Genes")
    shown = page.eval_on_selector_all(".example strong", "all => all.map(one => one.textContent)")
    assert sorted(shown) == sorted(one["title"] for one in examples if one["category"] == "Genes")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "open-examples"


def test_every_example_can_be_run(open_page: Opener, server: Server):
    with urllib.request.urlopen(f"{server.url}/queries.json", timeout=20) as got:
        examples = json.load(got)
    # This server may ask no other endpoint.
    for example in (one for one in examples if not one["endpoints"]):
        with urllib.request.urlopen(
            f"{server.url}/sparql?{urlencode({'query': example['query']})}", timeout=60
        ) as got:
            assert got.status == 200


def test_a_syntax_error_is_shown_where_it_is_and_goes_when_it_is_mended(open_page: Opener, axe: str):
    page = open_page()
    # Characters outside the basic plane count once for the server and twice for the editor.
    _run(page, 'SELECT ?gene WHERE {\n  ?gene rdfs:label "𝛼𝛼𝛼" ; dcterms:title }\n')
    problem = page.wait_for_selector(".tabPanel.active .editor-problem")
    assert problem.get_attribute("role") == "alert"
    assert "line 2, column" in page.inner_text(f"{EDITOR} .editor-error-line")
    assert page.inner_text(f"{EDITOR} .editor-error") == "}"
    assert _findings(page, axe) == []
    page.click("text=Go to line 2")
    assert page.evaluate(f"{TEXT}.getCursor().line") == 1
    page.keyboard.type("?title ")
    assert page.query_selector(f"{EDITOR} .editor-error") is None
    page.keyboard.press("Control+Enter")
    assert _table(page) == []


def test_labels_stand_for_iris_and_link_to_pages_of_this_site(open_page: Opener, server: Server):
    page = open_page()
    _run(page, GENES)
    expected = list(csv.DictReader(io.StringIO(_answer(server, GENES, "csv"))))
    assert _table(page) == [[row["label"], row["label"]] for row in expected][:50]
    link = page.wait_for_selector(".tabPanel.active .editor-table a")
    assert link.get_attribute("title") == expected[0]["gene"]
    assert link.get_attribute("href").startswith("/")
    page.check("text=IRIs instead of labels")
    sync_api.expect(page.locator(".editor-table a").first).to_contain_text("https://")
    assert _table(page)[0][0] == expected[0]["gene"]


def test_rows_are_sorted_filtered_and_paged(open_page: Opener, server: Server):
    page = open_page()
    _run(
        page,
        "SELECT ?n ?text { VALUES ?d { 0 1 2 3 4 5 6 7 8 9 } VALUES ?e { 0 10 20 30 40 50 60 } "
        "BIND(?d + ?e AS ?n) BIND(CONCAT('{{', STR(?n), '}}') AS ?text) } ORDER BY ?n",
    )
    assert _table(page)[:2] == [["0", "{{0}}"], ["1", "{{1}}"]]
    page.click("text=Next")
    assert [row[0] for row in _table(page)] == [str(number) for number in range(50, 70)]
    page.click("text=Previous")
    page.click(".editor-table th button >> text=n")
    page.click(".editor-table th button >> text=n")
    assert _table(page)[0][0] == "69"
    assert page.get_attribute(".editor-table th >> nth=1", "aria-sort") == "descending"
    page.fill("text=Filter rows", "{{6")
    assert [row[0] for row in _table(page)] == [
        "69",
        "68",
        "67",
        "66",
        "65",
        "64",
        "63",
        "62",
        "61",
        "60",
        "6",
    ]


def test_a_download_is_the_whole_answer_of_the_endpoint(open_page: Opener, server: Server):
    page = open_page()
    _run(page, GENES)
    _table(page)
    _write(page, "SELECT ?other WHERE { ?other a ?class }")
    with page.expect_download() as download:
        page.click(".editor-download button")
    assert download.value.suggested_filename.endswith(".csv")
    # The file belongs to the rows that are shown, not to the text that has not been run.
    assert Path(download.value.path()).read_bytes().decode() == _answer(server, GENES, "csv")


def test_a_broken_download_is_an_error_and_gives_no_file(open_page: Opener):
    page = open_page()
    _run(page, GENES)
    _table(page)
    downloads = []
    page.on("download", lambda download: downloads.append(download))
    with BrokenServer() as address:
        page.route("**/sparql", lambda route: route.continue_(url=address))
        page.click(".editor-download button")
        problem = page.wait_for_selector(".tabPanel.active .editor-note .editor-problem")
    assert "No file was saved" in problem.inner_text()
    assert problem.get_attribute("role") == "alert"
    page.wait_for_timeout(300)
    assert downloads == []


class BrokenServer:
    """Answers one request with rows and lets the connection fall before the last of them."""

    def __enter__(self) -> str:
        self.socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}/sparql"

    def _serve(self) -> None:
        connection, _ = self.socket.accept()
        with connection:
            connection.recv(65536)
            head = "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n"
            connection.sendall(f"{head}9\r\ngene\r\n1\r\n\r\n".encode())

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def test_a_broken_answer_is_an_error_and_shows_no_rows(open_page: Opener):
    page = open_page()
    with BrokenServer() as address:
        page.route("**/sparql", lambda route: route.continue_(url=address))
        _run(page, GENES)
        problem = page.wait_for_selector(".tabPanel.active .editor-problem")
    assert "did not arrive whole" in problem.inner_text()
    assert page.query_selector(".editor-table") is None


def test_repairs_are_told(open_page: Opener):
    page = open_page()
    _run(page, "SELECT ?gene, ?label WHERE { ?gene a schema:Gene ; rdfs:label ?label }")
    assert len(_table(page)) > 1
    assert "repaired before it ran" in page.inner_text(".tabPanel.active .editor-repairs")
    _run(page, GENES)
    page.wait_for_selector(".editor-repairs", state="detached")


def test_classes_and_properties_are_completed_from_the_graph(open_page: Opener, axe: str):
    page = open_page()
    _write(page, "")
    page.keyboard.type("SELECT * { ?s a schema:Ge")
    page.wait_for_selector(".CodeMirror-hint >> text=schema:Gene")
    assert _findings(page, axe) == []
    page.keyboard.press("Enter")
    page.keyboard.type(" ; rdfs:lab")
    page.wait_for_selector(".CodeMirror-hint >> text=rdfs:label")
    page.keyboard.press("Enter")
    page.keyboard.type(" ?label }")
    assert page.evaluate(f"{TEXT}.getValue()") == "SELECT * { ?s a schema:Gene ; rdfs:label ?label }"
    page.keyboard.press("Control+Enter")
    assert len(_table(page)) > 1


def test_our_prefixes_need_no_declaration_and_others_do(open_page: Opener):
    page = open_page()
    _write(page, "SELECT * { ?s wp:organism ?o }")
    assert page.query_selector(f"{EDITOR} .parseErrorIcon") is None
    _write(page, "SELECT * { ?s nobody:knows ?o }")
    icon = page.wait_for_selector(f"{EDITOR} .parseErrorIcon")
    assert icon.get_attribute("title") == "Prefix 'nobody' is not defined"


def test_the_keyboard_leaves_the_editor(open_page: Opener):
    page = open_page()
    page.click(f"{EDITOR} .CodeMirror-lines")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Share query"


@pytest.mark.parametrize("where", ["?", "#"])
def test_a_link_brings_its_query(open_page: Opener, where: str):
    query = 'SELECT ?x { VALUES ?x { "a+b & c#d %25 é" } }'
    page = open_page(
        f"/editor{where}query={quote(query, safe='')}&endpoint={quote('http://elsewhere.example/')}"
    )
    assert _table(page) == [["a+b & c#d %25 é"]]
    assert page.evaluate(f"{TEXT}.getValue()") == query
    assert len(page.query_selector_all(".tabsList .tab")) == 1
    page.click(".yasqe_share")
    link = page.input_value(".yasqe_sharePopup input")
    again = open_page(link[link.index("/editor") :])
    assert _table(again) == [["a+b & c#d %25 é"]]


def test_a_link_does_not_run_an_update(open_page: Opener):
    page = open_page(f"/editor#query={quote('DELETE WHERE { ?s ?p ?o }')}")
    page.wait_for_timeout(500)
    assert page.evaluate(f"{TEXT}.getValue()") == "DELETE WHERE { ?s ?p ?o }"
    assert page.inner_text("#editor-status") == ""


def test_a_graph_is_a_table_and_can_be_had_as_turtle(open_page: Opener):
    page = open_page()
    _run(page, "CONSTRUCT { ?gene rdfs:label ?label } WHERE { ?gene a schema:Gene ; rdfs:label ?label }")
    assert len(_table(page)) > 1
    with page.expect_download() as download:
        page.click(".editor-download button")
    assert download.value.suggested_filename.endswith(".ttl")


def test_markup_in_the_data_stays_text(open_page: Opener):
    page = open_page()
    _run(
        page,
        """SELECT ?x ?y { BIND('<img src=x onerror=alert(1)>' AS ?x) BIND(IRI('javascript:alert(1)') AS ?y) }""",
    )
    assert _table(page) == [["<img src=x onerror=alert(1)>", "javascript:alert(1)"]]
    assert page.query_selector(".editor-table :is(img, a[href^='javascript'])") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_serious_for_axe_and_nothing_too_wide(open_page: Opener, axe: str, scheme: str, width: int):
    page = open_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert _findings(page, axe) == []
    _run(page, GENES)
    _table(page)
    assert _findings(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click(".tabPanel.active .select_response")
    page.wait_for_selector(".yasr_results .CodeMirror")
    assert _findings(page, axe) == []
    page.click(".yasqe_share")
    page.wait_for_selector(".yasqe_sharePopup")
    assert _findings(page, axe) == []
    page.click("#open-examples")
    page.wait_for_selector(".example")
    assert _findings(page, axe) == []


def test_the_form_works_without_scripts(open_page: Opener):
    page = open_page(java_script_enabled=False)
    page.fill("#query", "ASK { ?gene a schema:Gene }")
    page.select_option("#format", "csv")
    with page.expect_download() as download:
        page.click("text=Run")
    assert Path(download.value.path()).read_text().strip() == "true"
