"""Keywords that are one text where they should be several, and the other way round."""

from __future__ import annotations

import pytest

from rdfkit.mapping.lookups import Answers
from tests.support.told import Told, told_by

PAGE = "https://pfocr.wikipathways.org/figures/PMC1__f1.html"
GENES = {"IL6": "3569", "STAT3": "6774", "AR": "367"}
ANSWERS: Answers = {
    ("gene", f"{symbol}\t9606"): f"{entrez} hgncCompleteSet" for symbol, entrez in GENES.items()
}
PAGE_TEXT = """
figid: PMC1__f1
pmcid: PMC1
organisms: Homo sapiens
{keywords}
schema-jsonld: {{'@context': 'https://schema.org/', '@type': Dataset, name: N, license: CC0{block}}}
"""


def _told(block: str = "", keywords: str = "") -> Told:
    return told_by(PAGE_TEXT.format(keywords=keywords, block=block), "PMC1__f1.md", answers=ANSWERS)


@pytest.mark.parametrize("written", ["IL6", "[IL6]", "['IL6']"])
def test_one_keyword_may_be_written_as_a_scalar(written: str) -> None:
    told = _told(f", keywords: {written}", f"keywords: {written}")
    assert told.values(f"{PAGE}#figure", "schema:mentions") == ["ncbigene:3569"]
    assert told.values(PAGE, "schema:keywords") == ["IL6"]
    assert told.values("pmc:PMC1", "dcterms:subject") == ["IL6"]
    assert told.problems == ()


@pytest.mark.parametrize(
    ("written", "keywords", "rules"),
    [
        ('"AR, IL6"', ["AR", "IL6"], []),
        ('["AR; IL6", "x"]', ["AR", "IL6", "x"], []),
        ('"AR,IL6"', ["AR", "IL6"], []),
        ('["glucose, IL6", "glucose"]', ["IL6", "glucose"], []),
        ('["glucose, IL6"]', ["glucose, IL6"], ["keyword-list"]),
        ('["AR; whatever"]', ["AR; whatever"], ["keyword-list"]),
        # Chemists have commas in one word.
        ('["2,3-butanediol"]', ["2,3-butanediol"], []),
        ('["LY 294, 002", "fatty acid (24:4, w-6)"]', ["LY 294, 002", "fatty acid (24:4, w-6)"], []),
        ('["SSEA-1, Lex-5"]', ["SSEA-1, Lex-5"], ["keyword-list"]),
        ('["long\\n  word", "IL6"]', ["IL6", "long word"], []),
        ('["Me  Me  Me "]', ["Me  Me  Me "], []),
    ],
)
def test_several_keywords_in_one_text(written: str, keywords: list[str], rules: list[str]) -> None:
    told = _told(f", keywords: {written}")
    assert told.values(PAGE, "schema:keywords") == sorted(keywords)
    expected = sorted(f"ncbigene:{GENES[word]}" for word in keywords if word in GENES)
    assert told.values(f"{PAGE}#figure", "schema:mentions") == expected
    assert told.rules == rules


@pytest.mark.parametrize(
    ("written", "subjects", "rules"),
    [
        ('"IL6 | STAT3"', ["IL6", "STAT3"], []),
        ('"IL6; STAT3"', ["IL6", "STAT3"], []),
        ('"Brain fog |\\n  Mast\\n  cells"', ["Brain fog", "Mast cells"], []),
        ('"Inflammation, chronic | IL6"', ["IL6", "Inflammation, chronic"], []),
        ('"Inflammation, chronic"', ["Inflammation, chronic"], ["keyword-list"]),
        (".na", [], []),
    ],
)
def test_keywords_of_an_article(written: str, subjects: list[str], rules: list[str]) -> None:
    told = _told(", keywords: [x]", f"keywords: {written}")
    assert told.values("pmc:PMC1", "dcterms:subject") == subjects
    assert told.rules == rules
