"""What a SPARQL text asks for, counted before an engine reads it."""

from __future__ import annotations

from dataclasses import dataclass, fields

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.errors import QueryRefusedError
from rdfkit.rdf.identifiers import prefix_map
from rdfkit.sparql.library import find_query, library
from rdfkit.sparql.limits import SAFE, Complexity, is_small
from rdfkit.sparql.query import QueryText
from tests.sparql.test_tokens import sparql_texts


@dataclass(frozen=True)
class Part:
    """A piece of SPARQL and what there is in it, counted by whoever wrote it."""

    text: str
    nesting: int = 0
    optionals: int = 0
    triple_patterns: int = 0
    operators: int = 0


def joined(parts: list[Part], text: str, *, deeper: int = 0, operators: int = 0, optionals: int = 0) -> Part:
    return Part(
        text,
        max((part.nesting for part in parts), default=0) + deeper,
        sum(part.optionals for part in parts) + optionals,
        sum(part.triple_patterns for part in parts),
        sum(part.operators for part in parts) + operators,
    )


gaps = st.sampled_from([" ", "\n", "\t", " # { OPTIONAL ( ?a ?b ?c .\n", " #'\n ", "  "])
subjects = st.sampled_from(["?s", "$s", "<http://e/s>", "e:s", "_:b", "<http://e/#{}>".replace("{}", "x")])
objects = st.sampled_from(
    [
        "?o",
        "'a'",
        "'.;{('",
        "'''a'b'''",
        '"""\\""""',
        "1",
        "1.5",
        "-1",
        "1e3",
        "true",
        "'a'@en",
        "'a'^^e:t",
        "e:a.b",
        "<http://e/a;b>",
    ]
)
steps = st.sampled_from(["a", "e:p", "<http://e/p>", "^e:p", "e:p*", "(e:p|e:q)", "!e:p"])


@st.composite
def triples(draw):
    """Triples with one subject: lists of predicates and objects, paths, collections."""
    count, text, operators, nesting = 0, draw(subjects), 0, 0
    for number in range(draw(st.integers(1, 3))):
        path = draw(st.lists(steps, min_size=1, max_size=4))
        found = draw(st.lists(objects, min_size=1, max_size=3))
        text += (" ; " if number else " ") + " / ".join(path) + " " + " , ".join(found)
        count += len(path) - 1 + len(found)
        operators += sum(mark in "^*|!" for step in path for mark in step)
        nesting = max(nesting, *(step.startswith("(") for step in path))
    if draw(st.booleans()):
        items = draw(st.lists(objects, min_size=1, max_size=20))
        text += f" ; e:list ( {' '.join(items)} )"
        count, nesting = count + 1 + 2 * len(items), 1
    return Part(f"{text} . ", nesting, 0, count, operators)


filters = st.sampled_from(
    [
        Part("FILTER ( ?a < 1 ) ", 1, 0, 0, 2),
        Part("FILTER ( ?a<1 && ?b>2 ) ", 1, 0, 0, 5),
        Part("FILTER NOT EXISTS { } ", 1, 0, 0, 2),
        Part("filter ( 1 + ( 2 * 3 ) = 7 ) ", 2, 0, 0, 4),
        Part("BIND ( CONCAT ( 'a' , 'OPTIONAL' ) AS ?x ) ", 2, 0, 0, 2),
        Part("VALUES ?v { 1 2 'a.b' } ", 1, 0, 0, 1),
        Part("VALUES ( ?v ?w ) { ( 1 2 ) ( UNDEF e:a ) } ", 2, 0, 0, 1),
    ]
)


def groups(inner):
    """Groups of all kinds around others."""

    @st.composite
    def around(draw):
        parts = draw(st.lists(inner, max_size=3))
        within = draw(gaps).join(part.text for part in parts)
        before, operators, optionals = draw(
            st.sampled_from(
                [
                    ("", 0, 0),
                    ("OPTIONAL", 0, 1),
                    ("optional", 0, 1),
                    ("\\u004fPTIONAL", 0, 1),
                    ("GRAPH ?g", 1, 0),
                    ("MINUS", 1, 0),
                    ("{ } UNION", 1, 0),
                    ("{ SELECT * WHERE", 1, 0),
                ]
            )
        )
        end = "} " if before.startswith("{ S") else ""
        text = f"{before} {{ {within} }} {end}"
        return joined(parts, text, deeper=2 if end else 1, operators=operators, optionals=optionals)

    return around()


patterns = st.recursive(st.one_of(triples(), filters), groups, max_leaves=12)


def excess(found: Complexity, part: Part) -> dict[str, int]:
    names = [field.name for field in fields(Complexity) if field.name != "terms"]
    return {name: getattr(found, name) - getattr(part, name) for name in names}


@given(st.lists(patterns, max_size=4), gaps)
def test_no_text_has_more_than_is_measured(parts: list[Part], gap: str):
    whole = joined(parts, "", deeper=1)
    text = "SELECT * WHERE { " + gap.join(part.text for part in parts) + " }"
    over = excess(QueryText(text).complexity, whole)
    assert min(over.values()) >= 0, (text, over)
    # What is more is only what a text of this kind has in brackets of its own.
    assert over["nesting"] <= 2
    assert over["optionals"] == 0


@given(st.lists(patterns, max_size=3))
def test_escapes_hide_nothing(parts: list[Part]):
    text = "SELECT * WHERE { " + " ".join(part.text for part in parts) + " }"
    escaped = "".join(f"\\u{ord(letter):04X}" if letter not in "\\" else letter for letter in text)
    if "\\u004f" not in text and '\\"' not in text:
        assert QueryText(escaped).complexity == QueryText(text).complexity


@given(sparql_texts | st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_text_can_be_measured(text: str):
    found = QueryText(text).complexity
    assert all(getattr(found, field.name) >= 0 for field in fields(Complexity))


@given(
    sparql_texts, st.sampled_from(["OPTIONAL{}", "(1 2 3)", "?a?b?c.", "{{{}}}", "1||2", "HAVING(1)(1)(1)"])
)
def test_more_text_never_asks_for_less(text: str, more: str):
    before, after = QueryText(f"ASK{{ {text}").complexity, QueryText(f"ASK{{ {text}\n{more}").complexity
    assert all(getattr(after, field.name) >= getattr(before, field.name) for field in fields(Complexity))


@pytest.mark.parametrize(
    ("text", "key", "least"),
    [
        # Read as IRIs these hide it, read as "less than" they do not.
        ("ASK{FILTER(1<2)" + "OPTIONAL{}" * 9 + "#>\n}", "optionals", 9),
        ("ASK{FILTER(1<2)?s?p?o.?s?p?o.?s?p?o.#>\n}", "triple_patterns", 3),
        ("ASK{FILTER(1<2||3||4||5#>\n)}", "operators", 7),
        # An unescaped text has brackets where the written one has strings.
        ("ASK{FILTER('\\u0027((((((('='')}", "nesting", 2),
        ("ASK{?s ?p (1 2 3 4 5 6 7 8 9 10)}", "triple_patterns", 20),
        ("ASK{?s ?p (() () () () ())}", "triple_patterns", 10),
        ("ASK{?s ?p (((((1)))))}", "triple_patterns", 10),
        ("ASK{(1 2 3) ?p 4}", "triple_patterns", 1),
        ("ASK{?s ?p (" + "<http://e/#a> " * 9 + ")}", "triple_patterns", 18),
        ("ASK{VALUES ?x {" + "1 " * 99 + "}}", "terms", 99),
        ("SELECT (COUNT(*) AS ?n) {} HAVING" + "(1)" * 50, "operators", 50),
        ("ASK{?s ?p ?o ~~~~~~~~~}", "operators", 9),
        ("ASK{FILTER(" + "!" * 30 + "true)}", "operators", 30),
        ("ASK{?s " + "^" * 30 + "?p ?o}", "operators", 30),
        ("SELECT" + " (1 AS ?a)" * 20 + "{}", "operators", 20),
        ("ASK{" + "{} UNION " * 20 + "{}}", "operators", 20),
        ("INSERT DATA {" + "<a:b><a:b><a:b>." * 20 + "}", "triple_patterns", 20),
    ],
)
def test_what_hostile_texts_have(text: str, key: str, least: int):
    assert getattr(QueryText(text).complexity, key) >= least
    with pytest.raises(QueryRefusedError) as raised:
        QueryText(text).refuse(Complexity(**{**everything(), key: least - 1}))
    assert raised.value.key == key


def everything() -> dict[str, int]:
    return {field.name: 10**9 for field in fields(Complexity)}


def test_a_large_table_of_values_is_no_collection():
    rows = "".join(f"(<http://example.org/{number}> '{number}')" for number in range(2000))
    QueryText(f"SELECT * {{ VALUES (?a ?b) {{ {rows} }} ?a ?p ?b }}").refuse(Complexity())
    rows = " ".join(f"<http://example.org/{number}>" for number in range(2000))
    QueryText(f"SELECT * {{ VALUES ?a {{ {rows} }} ?a ?p ?b }}").refuse(Complexity())


@pytest.mark.parametrize("name", sorted(library()))
def test_every_query_of_the_library_is_far_from_the_limits(name: str):
    query = find_query(name)
    # A value that a user gives is one term.
    found, limits = QueryText(query.text).complexity, Complexity()
    assert all(getattr(found, field.name) * 3 <= getattr(limits, field.name) for field in fields(Complexity))


@pytest.mark.parametrize(
    "text",
    [
        "ASK{" + "{}" * 4_900 + "}",
        "ASK{FILTER(" + "!" * 900 + "true)}",
        "ASK{FILTER(1 IN (1" + ",1" * 9_000 + "))}",
        "ASK{VALUES ?x {" + " 1" * 9_000 + "}}",
        "SELECT (COUNT(*) AS ?n) {} HAVING" + "(1)" * 800,
        "ASK{FILTER(" + "1||" * 900 + "1)}",
        "ASK{" + "{} UNION " * 900 + "{}}",
        "ASK{" + "FILTER(1)" * 900 + "}",
        "SELECT" + "".join(f" (1 AS ?a{number})" for number in range(900)) + "{}",
        "ASK{" + "{" * 250 + "}" * 250 + "}",
        "ASK{?s " + "^(" * 200 + "<a:b>" + ")" * 200 + " ?x}",
        "ASK{?s " + "<a:b>|" * 900 + "<a:b> ?x}",
        "ASK{" + "MINUS{}" * 900 + "}",
        "ASK{FILTER(" + "(" * 200 + "1" + ")" * 200 + ")}",
    ],
)
def test_what_passes_goes_through_the_engine(text: str):
    # When one of these is wrong, the whole process ends.
    QueryText(text).refuse(SAFE)
    ox.Store().query(text, prefixes=prefix_map())


@given(st.text(alphabet="{([]) .;,/?a1OPTIONAL\\u07b'\"<>#:", max_size=400))
def test_a_text_that_is_too_short_to_be_measured_has_nothing_too_much(text: str) -> None:
    limits = Complexity(nesting=12, optionals=5, triple_patterns=40, operators=40)
    if is_small(text, limits):
        found = QueryText(text).complexity
        assert found.nesting <= limits.nesting
        assert found.optionals <= limits.optionals
        assert found.triple_patterns <= limits.triple_patterns
        assert found.operators <= limits.operators
