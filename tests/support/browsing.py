"""Pages opened in Chromium, with an eye on what they ask for and say, and what axe-core finds in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

# Opens the page at a path, with options of the browser's context.
Opener = Callable[..., "sync_api.Page"]


@contextmanager
def opening(
    chromium: sync_api.Browser,
    address: str,
    notice: Callable[[sync_api.ConsoleMessage], str | None],
    *known: str,
) -> Iterator[Opener]:
    """Opens pages of a server. In the end none of them may have asked for what does not begin with its address or one
    of `known`, or written to the console what `notice` makes a line of.
    """
    asked: set[str] = set()
    said: list[str] = []
    contexts: list[sync_api.BrowserContext] = []

    def opened(path: str, **options: Any) -> sync_api.Page:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: asked.add(request.url))
        page.on("console", lambda message: said.append(notice(message) or ""))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith((f"{address}/", *known))] == []
    assert [line for line in said if line] == []


def findings(page: sync_api.Page, axe: str) -> list[dict[str, Any]]:
    """What axe finds: `id`, `impact` and `nodes`. Evaluated, because the page's policy lets no script in."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    return found["violations"]
