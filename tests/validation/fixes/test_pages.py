"""What is repaired in front matter, and that nothing else changes: not a byte, not a value, not a triple."""

from __future__ import annotations

import copy
import tomllib
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.mapping.recognition import parse_page
from rdfkit.sources.discovery import SourceFile
from rdfkit.validation.fixes.page_rules import PAGE_RULES
from rdfkit.validation.fixes.pages import fix_page
from rdfkit.validation.fixes.repairs import Repair
from tests.support.pages import made
from tests.support.paths import CASES

PAGE_CASES = tomllib.loads((CASES / "fixes" / "pages.toml").read_text(encoding="utf-8"))
# What is told when each rule's repair is made; the others repair what the build reads without a word.
TOLD = {"placeholder-name", "schema-namespace", "text-blank"}
# Whose repairs change the graph, as their findings say.
NEW_TRIPLES = {"figure-organism", "schema-namespace"}
SOURCE = SourceFile("x/F.md", "x/F.md", "F.md", named=True)


def _fixed(content: bytes, *rules: str) -> tuple[bytes, list[Repair]]:
    return fix_page(content, parse_page(content, SOURCE), lambda rule: not rules or rule in rules)


def _page(front: str, ending: str = "\n", mark: str = "", end: str = "") -> bytes:
    return (mark + f"---{front}---{end}".replace("\n", ending)).encode()


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["", "\n\nText: 'CC0' organisms: NA\n"])
@pytest.mark.parametrize("name", PAGE_CASES)
def test_the_page_is_as_its_case_shows(name: str, ending: str, mark: str, end: str) -> None:
    case = PAGE_CASES[name]
    before = _page(f"\n{case['before']}", ending, mark, end)
    after, repairs = _fixed(before)
    assert after.decode() == _page(f"\n{case.get('after', case['before'])}", ending, mark, end).decode()
    assert [repair.rule for repair in repairs] == case["rules"]
    assert _fixed(after) == (after, [])


@pytest.mark.parametrize("name", [name for name, case in PAGE_CASES.items() if "after" in case])
def test_findings_go_and_the_graph_stays(name: str) -> None:
    case = PAGE_CASES[name]
    before, after = made(case["before"], path="F.md"), made(case["after"], path="F.md")
    assert not TOLD & set(after.rules()) - {"placeholder-name"}
    assert len(after.rules()) <= len(before.rules())
    changed = {str(one).partition("//schema.org")[2] for one in set(before.triples) - set(after.triples)}
    # Only the namespace may change, and the organism may come.
    assert not changed or "schema-namespace" in case["rules"]
    new = set(after.triples) - set(before.triples)
    expected = {"figure-organism", "schema-namespace"} & set(case["rules"])
    assert not new or expected


def test_each_rule_can_be_chosen() -> None:
    case = PAGE_CASES["placeholder_name"]
    before = _page(f"\n{case['before']}")
    for rule in PAGE_RULES:
        after, repairs = _fixed(before, rule)
        assert [repair.rule for repair in repairs] == [rule] * case["rules"].count(rule)
        assert (after == before) is (rule not in case["rules"])


def test_a_repair_says_where_it_is() -> None:
    before = _page("\nfigid: F\nfigtitle: T\norganisms: NA\norganisms_ner: Homo sapiens\n")
    (repair,) = _fixed(before)[1]
    assert repair == Repair("figure-organism", 4, "organisms", "NA", "Homo sapiens")


_texts = st.one_of(
    st.sampled_from(
        ["CreativeWork", "CC0", "NA", " PMC12. ", "PW:PW:0000512", "Homo sapiens", "https://schema.org/name"]
    ),
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12),
)
_nodes = st.fixed_dictionaries(
    {"@type": st.sampled_from(["Dataset", "https://schema.org/Dataset"])},
    optional={
        "@context": st.sampled_from(["https://schema.org/", {"schema": "https://schema.org/"}]),
        "name": _texts,
        "license": _texts,
        "keywords": st.lists(_texts, max_size=3),
        "creator": st.fixed_dictionaries({"name": _texts}),
    },
)
_fields = st.fixed_dictionaries(
    {"figid": st.just("PMC1__f1")},
    optional={
        "figtitle": _texts,
        "organisms": _texts | st.lists(_texts, max_size=2),
        "organisms_ner": _texts | st.lists(_texts, max_size=2),
        "pmcid": _texts,
        "doi": _texts,
        "annotations": st.lists(st.fixed_dictionaries({"id": _texts, "value": _texts}), max_size=2),
        "schema-jsonld": _nodes | st.lists(_nodes, max_size=2),
    },
)


@given(
    _fields,
    st.sampled_from([None, "'", '"']),
    st.sampled_from([True, False, None]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([20, 1000]),
)
def test_a_fixed_page_reads_as_before_but_for_what_is_told(
    fields: dict[str, Any], style: str | None, flow: bool | None, ending: str, width: int
) -> None:
    dumped = yaml.safe_dump(
        fields, default_style=style, default_flow_style=flow, allow_unicode=True, width=width, sort_keys=False
    )
    before = f"---\n{dumped}---".replace("\n", ending).encode()
    page = parse_page(before, SOURCE)
    after, repairs = _fixed(before)
    now = parse_page(after, SOURCE)
    assert _without(now.fields, repairs) == _without(page.fields, repairs)
    assert (after == before) is (not repairs)
    assert _fixed(after) == (after, [])
    removed = set(before.split(b"\n")) - set(after.split(b"\n"))
    assert len(removed) <= sum(max(1, len(repair.before)) for repair in repairs)


def _without(fields: Any, repairs: list[Repair]) -> Any:
    """The values without those that repairs name."""
    copied = copy.deepcopy(fields)
    named = {repair.key for repair in repairs} | {_renamed(repair) for repair in repairs}
    return _left(copied, "", named)


def _renamed(repair: Repair) -> str:
    return str(repair.key).replace("https://schema.org/", "http://schema.org/")


def _left(value: Any, path: str, named: set[str | None]) -> Any:
    if isinstance(value, dict):
        below = {key: f"{path}.{key}" if path else key for key in value}
        return {key: _left(item, below[key], named) for key, item in value.items() if below[key] not in named}
    if isinstance(value, list):
        return [
            _left(item, f"{path}[{number}]", named)
            for number, item in enumerate(value)
            if f"{path}[{number}]" not in named
        ]
    return value


@given(_fields)
def test_the_graph_of_a_fixed_page_is_the_same(fields: dict[str, Any]) -> None:
    """But for organisms that were recognised, and for the namespace of schema.org."""
    dumped = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False)
    after, repairs = _fixed(f"---\n{dumped}---".encode(), *(PAGE_RULES.keys() - NEW_TRIPLES))
    was, now = made(dumped, path="F.md"), made(after.decode()[4:-3], path="F.md")
    assert set(was.triples) == set(now.triples)
    assert len(now.rules()) <= len(was.rules())
    told = {repair.rule for repair in repairs} & TOLD - {"placeholder-name"}
    assert all(now.rules().count(rule) < was.rules().count(rule) for rule in told)
