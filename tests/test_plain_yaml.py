"""The reader of plain YAML: it reads what PyYAML's base loader reads, or refuses."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from conftest import SEEDS
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.front_matter import _Reader, read_file
from rdfkit.plain_yaml import MAX_CHARACTERS, NotPlainError, line_of, read
from rdfkit.sources import find_sources

# Each line is looked for from the first on.
_LONG = 5000
_BASE_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        ("", {}),
        ("\n \n", {}),
        ("a: 1\n", {"a": "1"}),
        ("a: 1\r\nb:\r\n- x\r\n", {"a": "1", "b": ["x"]}),
        ("a:\nb: \nc: ~  \n", {"a": "", "b": "", "c": "~"}),
        ("a: one\n  two\n   three\n", {"a": "one two three"}),
        ("a: one\n\n  two\n\n\n  three\n\nb: 2\n", {"a": "one\ntwo\n\nthree", "b": "2"}),
        ("a: 'it''s: x'\n'@b': \"c#d\"\n", {"a": "it's: x", "@b": "c#d"}),
        ("a: 'one\n\n  two '\n", {"a": "one\ntwo "}),
        ("a: https://x.org/y\nb: x:y\n", {"a": "https://x.org/y", "b": "x:y"}),
        ("a: []\nb: {}\nc: [x, 'y',\"z\"]\n", {"a": [], "b": {}, "c": ["x", "y", "z"]}),
        ("a: ['\"x',\"'\", '', \"y z\"]\n", {"a": ['"x', "'", "", "y z"]}),
        ("a:\n- b: 1\n  c: 2\n- b: 3\nd: 4\n", {"a": [{"b": "1", "c": "2"}, {"b": "3"}], "d": "4"}),
        ("a:\n  - x\n  - 'b: 1'\n  - http://x\n", {"a": ["x", "b: 1", "http://x"]}),
        ("a:\n- b:\n    c: 1\n  d:\n  - x\n", {"a": [{"b": {"c": "1"}, "d": ["x"]}]}),
        ("a:\n    b: 1\n    c:\n      - 2\n", {"a": {"b": "1", "c": ["2"]}}),
    ],
)
def test_plain_forms(source: str, fields: dict[str, object]) -> None:
    assert read(source) == fields
    assert (yaml.load(source, Loader=_BASE_LOADER) or {}) == fields


@pytest.mark.parametrize(
    "source",
    [
        "a: 1\na: 2\n",
        "a: &x 1\n",
        "a: *x\n",
        "a: !t 1\n",
        "a: |\n  x\n",
        "a: >\n  x\n",
        "a: x # y\n",
        "# x\na: 1\n",
        "a: b: c\n",
        "a: b:\n",
        "a: x\n  b: y\n",
        "a:\tx\n",
        "a: x\ty\n",
        'a: "x\\ny"\n',
        "a: '\n",
        "a: 'x'y'\n",
        "a: {b: c}\n",
        "a: [b, [c]]\n",
        "a: [b,]\n",
        "a:\n- - x\n",
        "a:\n-\n",
        "- a\n",
        "text\n",
        "a\n",
        "? a\n: b\n",
        "a: 1\n...\nb: 2\n",
        "a: x\ny\n",
        "a:\n    b: 1\n  c: 2\n",
        "a:\n b: x\n y\n",
        " a: 1\n",
        "a: \x00\n",
        "a: \x7f\n",
        "a: \x85\n",
        "a: \u2028\n",
        "a: \ufeffx\n",
        "a: \uffff\n",
        "a: x\rb: y\n",
        "a: %x\n",
        "é: x\n",
        "a: " + "x" * MAX_CHARACTERS + "\n",
        "".join(" " * level + "a:\n" for level in range(70)),
    ],
)
def test_all_else_is_refused(source: str) -> None:
    with pytest.raises(NotPlainError):
        read(source)


def _reads_as_the_base_loader_or_refuses(source: str) -> None:
    try:
        found = read(source)
    except NotPlainError:
        return
    wanted = yaml.load(source, Loader=_BASE_LOADER) or {}
    assert found == wanted
    assert list(found) == list(wanted)
    lines = _event_lines(source) if len(source) < _LONG else {}
    for path, line in lines.items():
        # The reader of events counts the lines of a file with a fence above.
        assert line_of(source, path) == line - 1
    assert line_of(source, ("no such key",)) is None


def _event_lines(source: str) -> Mapping[tuple[str | int, ...], int]:
    return _Reader(source, "X.md").read()[1]


_words = st.text(alphabet="abZ09 é γ'\":,()-/.~[]{}", max_size=60)
_names = st.from_regex(r"[a-z@][a-z_-]{0,8}", fullmatch=True)
_any_text = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
_styles = st.fixed_dictionaries(
    {
        "default_style": st.sampled_from([None, None, "'", '"', "|", ">"]),
        "default_flow_style": st.sampled_from([False, False, None, True]),
        "indent": st.integers(2, 6),
        "width": st.sampled_from([10, 40, 80, 10_000]),
        "allow_unicode": st.booleans(),
        "line_break": st.sampled_from(["\n", "\r\n"]),
    }
)


def _trees(texts: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    return st.recursive(
        texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names | texts, inner, max_size=4),
        max_leaves=12,
    )


@given(st.dictionaries(_names | _any_text, _trees(_words) | _trees(_any_text), max_size=6), _styles)
def test_what_yaml_writes_in_any_style(fields: dict[str, object], style: dict[str, object]) -> None:
    _reads_as_the_base_loader_or_refuses(yaml.dump(fields, **style))


_plain_words = st.lists(st.from_regex(r"[a-zé(][a-z0-9é:.,'()-]{0,8}", fullmatch=True), max_size=40).map(
    " ".join
)
_flat = _plain_words | st.sampled_from(["", "1522", "0.5", "2024-01-02", "~", "it's: x", "http://x.org/y#z"])
_rows = st.dictionaries(_names, _flat, min_size=1, max_size=3)
_pages = st.dictionaries(
    _names, _flat | st.lists(_flat, max_size=3) | st.lists(_rows, max_size=3), max_size=5
)


@given(_pages, st.sampled_from([40, 80]))
def test_what_yaml_writes_of_a_page_is_plain(fields: dict[str, object], width: int) -> None:
    source = yaml.dump(fields, allow_unicode=True, width=width, sort_keys=False) if fields else ""
    assert read(source) == fields


_KEYS = ["a", "b", "c d", "'@id'", '"e"', "a:b", "é", "?", "-", "<<", "", "''"]
_VALUES = [
    *(
        "",
        "x",
        "x y",
        "x:",
        "x: y",
        ":x",
        "x #c",
        "#c",
        "- x",
        "-x",
        "---",
        "...",
        "~",
        "=",
        "\\",
        " x ",
        "😀",
    ),
    *("'x'", "''", "'", "'it''s'", "'a: b'", "'x' y", "'''", '"q"', '"', '"a\\n"', '"a"b"', "'x\n  y'"),
    *(
        "[]",
        "{}",
        "[a, b]",
        "['a',b]",
        "['\"a', \"'\"]",
        "[a,]",
        "[a",
        "]",
        "{a: b}",
        "[a: b]",
        "[ a ]",
        "[a b, c-d]",
    ),
    *(
        "|",
        ">-",
        "&a x",
        "*a",
        "!t x",
        "%x",
        "@x",
        "`x",
        "? x",
        "\t",
        "\x85",
        "\u2028",
        "\ufeff",
        "\x7f",
        "\xa0",
    ),
]
_flow_lists = st.lists(
    st.sampled_from(["a", "b c", "d-e", "'f'", "'\"g'", '"h\'"', "''", '"i, j"', "", "-", "k:"])
)


@given(_flow_lists, st.sampled_from([",", ", ", " , "]), st.sampled_from(["[{}]", "[ {} ]", "[{}", "[{},]"]))
def test_lists_in_brackets(items: list[str], comma: str, brackets: str) -> None:
    _reads_as_the_base_loader_or_refuses(f"a: {brackets.format(comma.join(items))}\n")


_lines = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "", " ", "  ", "  ", "    "]),
    st.sampled_from(["", "", "", "- ", "-", "- - "]),
    st.sampled_from(["", *(f"{key}: " for key in _KEYS), *(f"{key}:" for key in _KEYS)]),
    st.sampled_from(_VALUES),
)


@given(st.lists(_lines, max_size=8), st.sampled_from(["\n", "\r\n", "\r", " \n", "\n\n"]))
def test_soups_of_yaml(lines: list[str], line_end: str) -> None:
    _reads_as_the_base_loader_or_refuses(line_end.join(lines))


def _source(content: bytes) -> str:
    return content.decode().split("---\n", 1)[1].split("\n---", 1)[0]


_SEED_TEXTS = [_source(path.read_bytes()) for path in sorted(SEEDS.glob("*.md"))]


@given(st.sampled_from(_SEED_TEXTS), st.data())
def test_pages_with_a_slip(source: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, min(start + 5, len(source))))
    slip = data.draw(st.sampled_from([*"'\":-#[]{}&*!|>%@\\\t \n", "", "\n\n", ": ", " #", "- ", "  "]))
    _reads_as_the_base_loader_or_refuses(source[:start] + slip + source[end:])


def _share(folder: Path) -> tuple[int, int]:
    contents = [read_file(source.path, source.shown) for source in find_sources([folder])]
    sources = [_source(content) for content in contents if content is not None]
    plain = 0
    for source in sources:
        try:
            assert read(source) == yaml.load(source, Loader=_BASE_LOADER)
            plain += 1
        except NotPlainError:
            continue
    return plain, len(sources)


def test_all_seeds_are_plain() -> None:
    assert _share(SEEDS) == (5, 5)


def test_nearly_all_pages_of_the_samples_are_plain(samples: Path) -> None:
    plain, pages = _share(samples)
    assert pages > 400
    assert plain / pages > 0.96


@pytest.mark.parametrize(
    "source",
    [
        "a: x \nb:" + " " * 200_000 + "x\n",
        "a:" + "\n" * 200_000 + "  x\n",
        "a: [" + "b " * 100_000 + "\n",
        "a: '" + "''" * 100_000 + "\n",
        "".join(f"{' ' * level}a:\n" for level in range(20)) + (" " * 20 + "- x\n") * 5000,
    ],
)
def test_long_texts_take_no_long_time(source: str) -> None:
    start = time.process_time()
    _reads_as_the_base_loader_or_refuses(source)
    assert time.process_time() - start < 2
