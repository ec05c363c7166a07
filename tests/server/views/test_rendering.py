"""The editor's page as it is sent: what a browser without scripts has, and what a build without YASGUI leaves out."""

from __future__ import annotations

import pytest

from rdfkit.server.views.rendering import html


@pytest.mark.parametrize("has_yasgui", [True, False])
def test_the_page_asks_for_yasgui_only_where_it_is(has_yasgui: bool):
    page = html("editor.html", query="", has_yasgui=has_yasgui).text
    assert ("/assets/vendor/yasgui.min.js" in page) is has_yasgui
    assert ("/assets/vendor/yasgui.min.css" in page) is has_yasgui
    assert ("/assets/editor.js" in page) is has_yasgui
    assert '<form id="plain-editor" class="plain-editor" method="get" action="/sparql"' in page


def test_the_form_has_the_query_of_the_address_and_escapes_it():
    page = html("editor.html", query='SELECT * { ?s ?p "</textarea>" }', has_yasgui=True).text
    assert "SELECT * { ?s ?p &#34;&lt;/textarea&gt;&#34; }</textarea>" in page


def test_nothing_is_written_inline_or_fetched_from_elsewhere():
    page = html("editor.html", query="", has_yasgui=True).text
    main = page[page.index("<main") : page.index("</main>")]
    assert "style=" not in main
    assert " on" not in "".join(part.partition(">")[0] for part in main.split("<")[1:])
    assert "http" not in main
    assert "<script>" not in page
