"""Which page a file is."""

from __future__ import annotations

import pytest

from rdfkit.mapping.recognition import parse_page
from rdfkit.sources.discovery import SourceFile


@pytest.mark.parametrize("written", ["9606", '" 9606"', '"9606\\u00a0"', '"\\u200b9606 "'])
def test_blanks_around_an_identifier_are_no_part_of_it(written: str) -> None:
    content = f"---\nlatin: Homo sapiens\nncbi: {written}\n---\n".encode()
    page = parse_page(content, SourceFile("human.md", "human.md", "_organisms/human.md", True))
    assert (page.kind, page.id) == ("organism", "9606")
