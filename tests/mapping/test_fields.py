"""Reading the fields of a page: what is noted of keys and texts."""

from __future__ import annotations

import pytest

from rdfkit.report import Severity
from tests.support.pages import VERSION, made, pathway


@pytest.mark.parametrize(
    ("text", "key", "advice"),
    [
        (
            "community-tag: X\ncollections: [{name: a, wpid: [WP1]}]",
            "collections[0].wpid",
            "Did you mean wpids?",
        ),
        ("community-tag: X\neditor: [Ann]", "editor", "Did you mean editors?"),
        ("community-tag: X\nzoo: 1", "zoo", None),
    ],
)
def test_a_key_that_is_nearly_known(text: str, key: str, advice: str | None) -> None:
    (problem,) = made(text, path="_communities/x.md").problems
    assert (problem.rule, problem.key) == ("key-unmapped", key)
    assert problem.advice == (
        advice or "Add it to the context or to the list of ignored keys of this kind of page."
    )


def test_terms_of_the_context_alone_are_not_meant() -> None:
    (problem,) = made("username: Egonw\nprofil: x", path="_authors/x.md").problems
    assert "Did you mean" not in (problem.advice or "")


@pytest.mark.parametrize(
    ("key", "text", "shown"),
    [
        ("description", "of Î²-arrestin and GÎ±s â€“ and Î²", ('"Î²", "Î±", "â€“"', '"β", "α", "–"')),
        ("description", "mÃƒÂ¼ller", ('"ÃƒÂ¼"', '"ü"')),
        ("title", "a \ufffd", ('"\ufffd"', "the character that is lost")),
        ("annotations", "[{id: PW:0000003, value: GÎ±}]", ('"Î±"', '"α"')),
        ("citedin", "[{link: PMC1, title: GÎ±}]", ('"Î±"', '"α"')),
    ],
)
def test_a_wrong_encoding(key: str, text: str, shown: tuple[str, str]) -> None:
    (problem,) = pathway(**{key: text}).problems
    assert (problem.rule, problem.severity) == ("text-encoding", Severity.WARNING)
    assert problem.message == f"characters were read in a wrong encoding: {shown[0]}"
    assert problem.advice == f"Write {shown[1]} in their place, and read and save the text as UTF-8."


def test_html_in_a_text() -> None:
    found = pathway(description="'of <i>E. coli</i>, H<sub>2</sub>O <a href=\"x\">&amp;</a>'")
    (problem,) = found.problems
    assert (problem.rule, problem.severity, problem.key) == ("text-html", Severity.INFO, "description")
    assert problem.message == "HTML stands in a plain text: <i>, </i>, <sub>, …"
    # The text keeps its characters.
    assert found.objects(VERSION, "dcterms:description")[0].startswith("of <i>E. coli</i>")


@pytest.mark.parametrize(
    "text", ["NF-κB α β – “x” 10 µm °C", "p < 0.05 & q > 1", "naïve café—“so”", "2.8 Å–3 Å", "<Ca2+>"]
)
def test_honest_texts(text: str) -> None:
    assert pathway(description=f"'{text}'").problems == []


def test_the_block_says_nothing_twice() -> None:
    block = (
        "[{'@context': 'https://schema.org/', '@id': 'https://x.org/a', '@type': Dataset, description: GÎ±}]"
    )
    assert pathway(**{"description": "GÎ±", "schema-jsonld": block}).rules() == ["text-encoding"]


@pytest.mark.parametrize(
    ("text", "path", "rules"),
    [
        ("username: Ann\nrealname: 'Ann '", "_authors/x.md", ["text-blank"]),
        ("community-tag: X\ndisplay-name: ' X'", "_communities/x.md", ["text-blank"]),
        (
            "latin: Homo sapiens\ncommon: 'GÎ± '\nncbi: '9606'",
            "_organisms/x.md",
            ["text-encoding", "text-blank"],
        ),
        ("figid: PMC1__f1\ncaption: <i>x</i>", "_figures/x.md", ["text-html"]),
        (
            "xref-identifier: '0000003'\nxref-dataSource: PW\nvalue: a &beta;",
            "_annotations/x.md",
            ["text-html"],
        ),
    ],
)
def test_texts_of_other_pages(text: str, path: str, rules: list[str]) -> None:
    assert [rule for rule in made(text, path=path).rules() if rule.startswith("text-")] == rules
