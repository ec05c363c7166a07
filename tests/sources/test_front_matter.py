"""Splitting and reading front matter."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.errors import PageError
from rdfkit.sources.front_matter import FrontMatter, read_file, read_front_matter
from tests.support.graphs import find_sources
from tests.support.paths import SEEDS


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (b"---\na: 1\n---\n", {"a": "1"}),
        (b"---\na: 1\n---", {"a": "1"}),
        (b"---\na: 1\n", {"a": "1"}),
        (b"\xef\xbb\xbf---\na: 1\n---\n", {"a": "1"}),
        (b"---\r\na: 1\r\nb:\r\n- x\r\n---\r\nbody: text\r\n", {"a": "1", "b": ["x"]}),
        (b"---  \na: 1\n---  \nbody\n---\nmore\n", {"a": "1"}),
        (b"---\na: 1\n...\nbody\n", {"a": "1"}),
        (b"---\n---\n", {}),
        (b"---", {}),
        (
            b"---\na: NO\nb: 1e5\nc: 0123\nd: 2025-12-01\ne: ~\nf:\n",
            dict(a="NO", b="1e5", c="0123", d="2025-12-01", e="~", f=""),
        ),
        (b"---\na: &x [1]\nb: *x\n---\n", {"a": ["1"], "b": ["1"]}),
        (b"---\na: |\n  ---\n  text\n---\n", {"a": "---\ntext\n"}),
    ],
)
def test_forms_of_front_matter(content: bytes, fields: dict[str, object]) -> None:
    assert read_front_matter(content, "X.md").fields == fields


MERGED = """---
base: &base {license: CC0, name: of the base}
more: &more
  name: of more
  keywords: [x]
block:
  name: its own
  <<: [*base, *more]
rows:
- <<: *more
  a: 1
"<<": a text
---
"""


def test_merge_keys_are_merged_as_jekyll_does() -> None:
    found = read_front_matter(MERGED.encode(), "X.md")
    assert found.fields["block"] == {"license": "CC0", "name": "its own", "keywords": ["x"]}
    assert found.fields["rows"] == [{"name": "of more", "keywords": ["x"], "a": "1"}]
    assert found.fields["<<"] == "a text"
    # What is merged stands on the line of its merge key.
    assert found.lines["block", "name"] == 7
    assert found.lines["block", "license"] == 8


def test_merge_keys_of_the_front_matter_itself() -> None:
    found = read_front_matter(b"---\n<<: {a: 1, b: 2}\na: 3\n---\n", "X.md")
    assert found.fields == {"a": "3", "b": "2"}
    assert found.lines["b",] == 2


@pytest.mark.parametrize("text", ["<<: text", "<<: [a]", "<<: [[{a: 1}]]"])
def test_what_cannot_be_merged(text: str) -> None:
    with pytest.raises(PageError, match="what is merged is no mapping") as caught:
        read_front_matter(f"---\na:\n  {text}\n---\n".encode(), "X.md")
    assert caught.value.line == 3


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("form", ["a{}b", "'a{}b'", '"a{}b"', "|-\n  a{}b", "[x, a{}b]", "{{k: a{}b}}"])
def test_line_breaks_of_old_yaml_are_characters(mark: str, form: str) -> None:
    found = read_front_matter(f"---\nfirst: {form.format(mark)}\nsecond: 1\n---\n".encode(), "X.md")
    first = found.fields["first"]
    text = first if isinstance(first, str) else first[-1] if isinstance(first, list) else first["k"]
    assert text == f"a{mark}b"
    assert found.lines["second",] == 3 + form.count("\n")


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029"])
def test_line_breaks_of_old_yaml_move_no_line(mark: str) -> None:
    lines = []
    for between in (mark, " "):
        with pytest.raises(PageError) as caught:
            read_front_matter(f"---\na: x{between}y{between}z\nb: [\nc: 1\n---\n".encode(), "X.md")
        lines.append((caught.value.line, caught.value.column))
    assert lines[0] == lines[1]


def test_closing_fence_is_reported() -> None:
    assert read_front_matter(b"---\na: 1\n---\n", "X.md").closed
    assert not read_front_matter(b"---\na: 1\n", "X.md").closed


def test_every_key_has_its_line() -> None:
    content = b"---\na: 1\ngenes:\n- word: x\n  entrez: 1\n- word: y\nb:\n  c: 1\n---\n"
    assert read_front_matter(content, "X.md").lines == {
        ("a",): 2,
        ("genes",): 3,
        ("genes", 0): 4,
        ("genes", 0, "word"): 4,
        ("genes", 0, "entrez"): 5,
        ("genes", 1): 6,
        ("genes", 1, "word"): 6,
        ("b",): 7,
        ("b", "c"): 8,
    }


def test_a_comment_moves_no_line_but_its_own(samples: Path) -> None:
    for source in find_sources([samples]):
        content = read_file(source.path, source.shown)
        if content is None:
            continue
        fields = read_front_matter(content, source.shown)
        commented = read_front_matter(content.replace(b"---\n", b"---\n# plain\n", 1), source.shown)
        assert commented.fields == fields.fields
        assert {path: line - 1 for path, line in commented.lines.items()} == fields.lines


@pytest.mark.parametrize("content", [b"---\na: 1\nb:\n- c\n---\n", b"---\na: 1\nb: &x\n- c\n---\n"])
def test_front_matter_goes_between_processes(content: bytes) -> None:
    matter = read_front_matter(content, "X.md")
    sent = pickle.loads(pickle.dumps(matter))
    assert sent == matter
    assert dict(sent.lines) == {("a",): 2, ("b",): 3, ("b", 0): 4}
    assert len(sent.lines) == 3
    with pytest.raises(KeyError):
        sent.lines[("c",)]


def test_lines_weigh_nothing_but_their_source() -> None:
    rows = "".join(f"- word: w{number}\n  entrez: '{number}'\n" for number in range(1000))
    matter = read_front_matter(f"---\ngenes:\n{rows}---\n".encode(), "X.md")
    assert matter.lines[("genes", 999, "entrez")] == 2002
    assert len(pickle.dumps(matter.lines)) < len(rows) + 200


@pytest.mark.parametrize(
    ("content", "fields", "closed"),
    [
        (b"---\n--- x\n---\n", None, True),
        (b"---\na: x\n----\nb: y\n---\n", None, True),
        (b"---\na: x\n--- \t\r\nb: y\n---\n", {"a": "x"}, True),
        (b"---\ra: x\r---\rb: y\r", {"a": "x"}, True),
        (b"---\na: x\n...\nb: y\n---\n", {"a": "x"}, True),
        (b"---\na: x\n---\nb: y\n...\n", {"a": "x"}, True),
        (b"---\na: x\n---", {"a": "x"}, True),
        (b"---\na: x\n  ---\n", {"a": "x ---"}, False),
    ],
)
def test_where_front_matter_ends(content: bytes, fields: dict[str, object] | None, closed: bool) -> None:
    if fields is None:
        with pytest.raises(PageError):
            read_front_matter(content, "X.md")
    else:
        matter = read_front_matter(content, "X.md")
        assert (matter.fields, matter.closed) == (fields, closed)


@pytest.mark.parametrize(
    ("content", "line", "column", "words"),
    [
        (b"---\na: \xff\n---\n", 2, None, "byte 0xff at offset 7"),
        ("---\na: é\n---\n".encode("utf-16"), 1, None, "not UTF-8"),
        (b"---\na: b: c\n---\n", 2, 5, "not YAML"),
        (b"---\na: 1\nb: [\n---\n", 4, 1, "not YAML"),
        (b'---\na: "\x01"\n---\n', 2, None, "control characters"),
        (b"---\n- a\n---\n", 2, None, "not a mapping"),
        (b"---\ntext\n---\n", 2, None, "not a mapping"),
        (b"---\na: 1\nb: 2\na: 3\n---\n", 4, None, "twice, first on line 2"),
        (b"---\na: *x\n---\n", 2, 4, "no anchor"),
        (b"---\na: &a [*a]\n---\n", 2, 8, "no anchor"),
        (b"---\n? [a]\n: b\n---\n", 2, 3, "not plain text"),
        (b"---\na: " + b"[" * 65 + b"]" * 65 + b"\n---\n", 2, 68, "too deeply"),
        (b"---\na: " + b"[" * 500_000, 2, 68, "too deeply"),
        (b"---\na: &a x\nb: [" + b"*a, " * 101 + b"]\n---\n", 3, None, "too many aliases"),
        (b"---\na: " + b"x" * 1_100_000 + b"\n---\n", 1, None, "too large"),
    ],
)
def test_bad_front_matter_says_where(content: bytes, line: int, column: int | None, words: str) -> None:
    with pytest.raises(PageError) as caught:
        read_front_matter(content, "X.md")
    assert words in str(caught.value)
    assert (caught.value.path, caught.value.line) == ("X.md", line)
    assert column is None or caught.value.column == column


def test_sixty_four_levels_are_fine() -> None:
    content = b"---\na: " + b"[" * 63 + b"]" * 63 + b"\n---\n"
    assert "a" in read_front_matter(content, "X.md").fields


# What stands before, opens a level (or several), is innermost and closes, and the place of what is 65 levels deep.
_FORMS = {
    "lists": ("a: ", "[", "]", 1, (2, 68)),
    "mappings": ("a: ", "{a: ", "}", 1, (2, 260)),
    "both": ("a: ", "[{a: ", "}]", 2, (2, 164)),
    "list items": ("a:\n  ", "- ", "", 1, (3, 131)),
    "anchored lists": ("a: ", "&a [", "]", 1, (2, 260)),
    "lists with spaces": ("a: ", "[" * 11 + " ", "]" * 11, 11, (2, 73)),
}


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("depth", [62, 63, 64, 65, 66, 936, 1_000, 1_001, 2_000, 100_000])
def test_the_limit_of_depth_is_ours_not_the_parsers(form: str, closed: bool, depth: int) -> None:
    before, opening, closing, levels, place = _FORMS[form]
    times = depth // levels
    text = before + opening * times + "1" + (closing * times if closed else "")
    content = f"---\n{text}\n---\n".encode()
    # The mapping of the page is a level too, and so is the text that is innermost.
    if times * levels > 63:
        with pytest.raises(PageError, match="nested too deeply") as caught:
            read_front_matter(content, "X.md")
        assert (caught.value.line, caught.value.column) == place
    elif closed or form == "list items":
        assert "a" in read_front_matter(content, "X.md").fields
    else:
        with pytest.raises(PageError, match="is not YAML"):
            read_front_matter(content, "X.md")


def test_mappings_as_keys_are_refused_before_the_parsers_limit() -> None:
    for opening in ("{", "{[", "? "):
        with pytest.raises(PageError, match="a key is not plain text"):
            read_front_matter(b"---\na:\n  " + opening.encode() * 2_000, "X.md")


@pytest.mark.parametrize(
    "text",
    [
        "a: '{}'\nb: 1",
        'a: "{}"\nb: 1',
        "a: x # {}\nb: 1",
        "a: |\n  {}\nb: 1",
        "a: >\n  {}\nb: 1",
        "a: x{}\nb: 1",
    ],
)
@pytest.mark.parametrize("brackets", ["[" * 66, "[" * 1_001, "{" * 1_001, "[{" * 100_000])
def test_brackets_in_texts_and_comments_are_no_levels(text: str, brackets: str) -> None:
    content = f"---\n{text.format(brackets)}\n---\n".encode()
    fields = read_front_matter(content, "X.md").fields
    assert fields["b"] == "1"
    assert "#" in text or brackets in fields["a"]


def test_many_brackets_in_few_levels_are_read() -> None:
    content = b"---\na: [" + b"[],{b: []}," * 5_000 + b"]\nc: '" + b"[" * 20 + b"'\n---\n"
    fields = read_front_matter(content, "X.md").fields
    assert fields["a"] == [[], {"b": []}] * 5_000


def _raises_only_page_errors(content: bytes) -> None:
    try:
        assert isinstance(read_front_matter(content, "X.md"), FrontMatter)
    except PageError as error:
        assert error.path == "X.md"
        assert error.message


@given(st.binary())
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    _raises_only_page_errors(content)


@given(st.text(alphabet=" \n\r\t-:[]{}&*!|>'\"%@`#?,abc0~<=\x00\x85\u2028\ufeff"), st.booleans())
def test_no_yaml_raises_anything_else(text: str, closed: bool) -> None:
    _raises_only_page_errors(f"---\n{text}{'---' if closed else ''}".encode())


_texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)
_trees = st.recursive(
    _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(_texts, _trees, min_size=1, max_size=5))
def test_what_yaml_writes_is_read_back(fields: dict[str, object]) -> None:
    content = yaml.safe_dump(fields, default_flow_style=None)
    # A line of hyphens inside a text ends front matter, as on the sites; the writer quotes such texts over lines.
    if any(line.rstrip() in ("---", "...") for line in content.splitlines()):
        return
    assert read_front_matter(f"---\n{content}---\n".encode(), "X.md").fields == fields


def _same_as_base_loader(folder: Path) -> int:
    count = 0
    for source in find_sources([folder]):
        content = read_file(source.path, source.shown)
        if content is None:
            continue
        front_matter = content.decode().split("---\n", 1)[1].split("\n---", 1)[0]
        assert read_front_matter(content, source.shown).fields == yaml.load(
            front_matter, Loader=yaml.BaseLoader
        )
        count += 1
    return count


def test_seeds_read_as_the_base_loader_reads_them() -> None:
    assert _same_as_base_loader(SEEDS) == 5


def test_samples_read_as_the_base_loader_reads_them(samples: Path) -> None:
    assert _same_as_base_loader(samples) > 400


def test_files_without_front_matter_are_not_read_whole(tmp_path: Path) -> None:
    plain = tmp_path / "README.md"
    plain.write_text("# Title\n---\n")
    assert read_file(plain, "README.md") is None


def test_very_large_files_are_refused(tmp_path: Path) -> None:
    large = tmp_path / "X.md"
    with large.open("wb") as file:
        file.write(b"---\na: 1\n---\n")
        file.truncate(17 * 1024 * 1024)
    with pytest.raises(PageError, match="too large"):
        read_file(large, "X.md")


def test_unreadable_files_are_page_errors(tmp_path: Path) -> None:
    with pytest.raises(PageError, match="cannot be read"):
        read_file(tmp_path / "gone.md", "gone.md")
