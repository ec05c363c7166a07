"""The pages as a person uses them: Chromium against a running server, every request and console line watched."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.browsing import Opener, findings, opening, sync_api
from tests.support.serving import Server, serving

pytestmark = pytest.mark.browser

FIGURE = "PMC10846991__j-krcp-23-071f3"
IMAGE = f"https://www.ncbi.nlm.nih.gov/pmc/articles/PMC10846991/bin/{FIGURE}.jpg"
PAGES = (
    "/", "/search?q=interleukin", "/search?q=zzzz", "/pathway/WP364", f"/figure/{FIGURE}", "/gene/3569",
    "/author/Egonw", "/term/PW:0000003", "/organism/9606", "/community/CPTAC", "/article/pmc:PMC10034247",
    "/entity?iri=ncbigene:3569&show=statements", "/entity?iri=schema:mentions", "/list?iri=NCBITaxon:9606&of=Pathways",
    "/genes", "/pathways?page=2", "/queries", "/queries/figures-linked-to-pathway?pathway=WP364&run=1",
    "/queries/who-says?subject=%3Cno%3E&run=1",
)  # fmt: skip


@pytest.fixture(scope="module")
def server(sample_build: tuple[object, Path]) -> Iterator[Server]:
    """A server on the samples, with links."""
    with serving(sample_build[1]) as running:
        yield running


@pytest.fixture
def open_page(server: Server, chromium: sync_api.Browser) -> Iterator[Opener]:
    """Opens pages. In the end none of them may have asked another host or written to the console."""
    with opening(chromium, server.url, lambda message: message.text or "?", "data:", IMAGE) as opener:
        yield opener


def _path(page: sync_api.Page) -> str:
    address = urlsplit(page.url)
    return address.path + (f"?{address.query}" if address.query else "")


def test_il6_is_found_while_typing_and_its_page_opened(open_page: Opener) -> None:
    page = open_page("/")
    field = page.get_by_role("combobox")
    field.press_sequentially("il6")
    first = page.get_by_role("option").first
    first.wait_for()
    assert first.inner_text().split() == ["IL6", "Gene,", "Homo", "sapiens,", "3569"]
    assert page.get_by_role("status").inner_text().endswith("suggestions")
    field.press("ArrowDown")
    assert first.get_attribute("aria-selected") == "true"
    assert field.get_attribute("aria-activedescendant") == first.get_attribute("id")
    field.press("Enter")
    page.wait_for_url("**/gene/3569")
    assert page.get_by_role("heading", level=1).inner_text() == "IL6"
    page.get_by_role("link", name="IL6 signaling", exact=True).click()
    page.wait_for_url("**/pathway/WP364")


def test_suggestions_close_and_enter_searches(open_page: Opener) -> None:
    page = open_page("/genes")
    field = page.get_by_role("combobox")
    field.press_sequentially("interleukin")
    page.get_by_role("option").first.wait_for()
    field.press("Escape")
    assert not page.get_by_role("listbox").is_visible()
    assert field.input_value() == "interleukin"
    field.press("Enter")
    page.wait_for_url("**/search?q=interleukin")
    assert "interleukin" in page.get_by_role("heading", level=1).inner_text()


def test_a_pathway_has_a_picture_that_answers(open_page: Opener) -> None:
    page = open_page("/pathway/WP422")
    rows = page.locator(".heat-map .row")
    assert rows.count() == 1
    page.locator(".heat-map .column a").first.focus()
    assert page.locator(".picture-status").inner_text().endswith("in 1 of these 1 figures")
    assert page.locator(".heat-map .column.lit").count() == 1
    page.keyboard.press("ArrowRight")
    assert page.locator(".heat-map .column").nth(1).get_attribute("class") == "column lit"
    page.get_by_label("Sort figures").select_option("newest")
    assert page.locator(".picture-status").inner_text() == "Figures sorted: newest"
    rows.first.locator("a").press("Enter")
    page.wait_for_url(f"**/figure/{FIGURE}")


def test_the_image_is_fetched_when_it_is_asked_for(open_page: Opener) -> None:
    page = open_page(f"/figure/{FIGURE}")
    fetched: list[str] = []
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'

    def answer(route: sync_api.Route) -> None:
        fetched.append(route.request.url)
        route.fulfill(body=picture, content_type="image/svg+xml")

    page.route(IMAGE, answer)
    assert page.locator("img").count() == 0
    page.get_by_role("button", name="Show the image from PMC").press("Enter")
    image = page.get_by_role("img", name="Interleukin-6 (IL-6) signaling pathway")
    image.wait_for()
    assert fetched == [IMAGE]
    assert image.get_attribute("src") == IMAGE


def test_a_library_query_is_run_with_a_parameter_and_shared(open_page: Opener) -> None:
    page = open_page("/queries")
    page.get_by_role("link", name="Figures linked to a pathway", exact=True).click()
    field = page.get_by_label("Identifier of the pathway")
    field.fill("")
    field.press_sequentially("mapk casc")
    page.locator("datalist option").first.wait_for(state="attached")
    assert page.locator("datalist option").first.get_attribute("value") == "WP422"
    field.fill("WP422")
    page.get_by_role("button", name="Run").click()
    page.wait_for_url("**/queries/figures-linked-to-pathway?run=1&pathway=WP422")
    assert page.get_by_role("cell", name="Interleukin-6 (IL-6) signaling pathway").first.is_visible()
    shared = open_page(_path(page))
    assert shared.get_by_label("Identifier of the pathway").input_value() == "WP422"
    assert shared.get_by_role("cell", name="Interleukin-6 (IL-6) signaling pathway").first.is_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    text = Path(download.value.path()).read_text()
    assert text.splitlines()[0] == "figure,title,shared,jaccard,adjustedP"
    assert len(text.splitlines()) == 2
    page.get_by_role("link", name="Open in the editor").click()
    page.wait_for_url("**/editor?query=*")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_pages_are_accessible_and_fit(
    path: str, scheme: str, width: int, open_page: Opener, axe: str
) -> None:
    page = open_page(path, color_scheme=scheme, viewport={"width": width, "height": 800})
    assert [(one["id"], one["nodes"][0]["html"]) for one in findings(page, axe)] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("path", ["/", "/pathway/WP364", "/queries/pathways-with-gene?entrez=3569&run=1"])
def test_pages_read_without_scripts(path: str, open_page: Opener) -> None:
    page = open_page(path, java_script_enabled=False)
    assert page.get_by_role("heading", level=1).is_visible()
    assert page.get_by_role("link", name="IL6 signaling").count() or page.locator("svg").count()


def test_the_keyboard_goes_to_the_content_first(open_page: Opener) -> None:
    page = open_page("/gene/3569")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_every_link_of_the_start_page_is_answered(open_page: Opener, server: Server) -> None:
    page = open_page("/")
    links = page.evaluate("[...document.links].map((link) => link.getAttribute('href'))")
    own = sorted({link for link in links if link.startswith("/")})
    assert len(own) > 15
    for link in own:
        with urllib.request.urlopen(server.url + link, timeout=20) as answer:
            assert answer.status == 200, link
