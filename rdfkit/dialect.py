"""Repairs of queries written in Virtuoso's looser dialect of SPARQL, as the community's collections are.

Each repair has a name. They are applied only to a text that is not SPARQL 1.1, and work on its tokens, so strings,
comments and IRIs stay as they are. What they assume is what Virtuoso 7 does with the same text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from rdfkit.sparql_tokens import Kind, Token, tokens

_AGGREGATES = frozenset({"COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT"})
_XPATH = "http://www.w3.org/2005/xpath-functions#"
# XPath functions by what SPARQL calls them; those of strings take a node and mean its text.
_FUNCTIONS = {
    "substring": "SUBSTR",
    "string-length": "STRLEN",
    "upper-case": "UCASE",
    "lower-case": "LCASE",
    "contains": "CONTAINS",
    "starts-with": "STRSTARTS",
    "ends-with": "STRENDS",
    "concat": "CONCAT",
    "replace": "REPLACE",
    "matches": "REGEX",
    "encode-for-uri": "ENCODE_FOR_URI",
}
_NUMERIC_FUNCTIONS = {"abs": "ABS", "round": "ROUND", "ceiling": "CEIL", "floor": "FLOOR"}


@dataclass(frozen=True, slots=True)
class Repair:
    """A named repair, and a sentence on what it does."""

    name: str
    sentence: str


PRAGMA = Repair("pragma", "instructions to Virtuoso (DEFINE ...) are left out")
COMMAS = Repair("projection-commas", "commas between the variables of SELECT are left out")
PARENTHESES = Repair("projection-parentheses", "an expression in SELECT stands in parentheses, with a name")
GROUPING = Repair(
    "implied-group-by", "SELECT has aggregates without GROUP BY: grouped by all else that it selects"
)
XPATH = Repair("xpath-function", "fn: functions of XPath are those of SPARQL, and take the text of an IRI")


@dataclass(frozen=True, slots=True)
class Repaired:
    """A query after its repairs, which are none when the text has none of these forms."""

    text: str
    repairs: tuple[Repair, ...]


def repair(text: str) -> Repaired:
    """The text with all forms repaired that this module knows. Any text will do; what is not known stays."""
    edits = _Edits(text)
    for step in (_drop_pragmas, _replace_xpath, _repair_selects):
        step(edits)
    return Repaired(edits.text, tuple(edits.repairs))


class _Edits:
    """The tokens of a text without spaces and comments, and the changes to it."""

    def __init__(self, text: str) -> None:
        self.repairs: dict[Repair, None] = {}
        self._set(text)

    def _set(self, text: str) -> None:
        self.text = text
        self.tokens = [token for token in tokens(text) if token.kind not in (Kind.SPACE, Kind.COMMENT)]

    def apply(self, changes: list[tuple[int, int, str]], *repairs: Repair) -> None:
        """Replaces stretches of characters (start, end, text), none of which overlap."""
        text = self.text
        for start, end, new in sorted(changes, reverse=True):
            text = text[:start] + new + text[end:]
        if changes:
            self.repairs.update(dict.fromkeys(repairs))
            self._set(text)

    def word(self, index: int) -> str:
        """The token at an index in capitals; empty beyond the end."""
        return self.tokens[index].text.upper() if 0 <= index < len(self.tokens) else ""

    def kind(self, index: int) -> Kind | None:
        """The kind of the token at an index; None beyond the end."""
        return self.tokens[index].kind if 0 <= index < len(self.tokens) else None

    def closing(self, index: int) -> int:
        """The index of the bracket that closes the one at an index; the number of tokens when none does."""
        opening, depth = self.tokens[index].text, 0
        closing = {"(": ")", "{": "}"}[opening]
        for place in range(index, len(self.tokens)):
            if self.tokens[place].kind is Kind.MARK:
                depth += (self.tokens[place].text == opening) - (self.tokens[place].text == closing)
            if depth == 0:
                return place
        return len(self.tokens)

    def slice(self, start: int, end: int) -> str:
        """The text from the token at one index to before that at another."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if start < end else ""


# --- pragmas and functions ---


def _drop_pragmas(edits: _Edits) -> None:
    changes = []
    index = 0
    while edits.word(index) == "DEFINE" and index + 2 < len(edits.tokens):
        changes.append((edits.tokens[index].start, edits.tokens[index + 2].end, ""))
        index += 3
    edits.apply(changes, PRAGMA)


def _replace_xpath(edits: _Edits) -> None:
    changes: list[tuple[int, int, str]] = []
    for index, token in enumerate(edits.tokens):
        name = _xpath_name(token)
        if name is None or edits.word(index + 1) != "(":
            continue
        of_text = name in _FUNCTIONS
        changes.append((token.start, token.end, (_FUNCTIONS | _NUMERIC_FUNCTIONS)[name]))
        for argument in _variable_arguments(edits, index + 1) if of_text else ():
            changes.append((argument.start, argument.end, f"STR({argument.text})"))
    edits.apply(changes, XPATH)


def _xpath_name(token: Token) -> str | None:
    name = ""
    if token.kind is Kind.NAME and token.text.startswith("fn:"):
        name = token.text.removeprefix("fn:")
    elif token.kind is Kind.IRI:
        name = token.text[1:-1].removeprefix(_XPATH)
    return name if name in _FUNCTIONS or name in _NUMERIC_FUNCTIONS else None


def _variable_arguments(edits: _Edits, opening: int) -> Iterator[Token]:
    """The arguments of a call that are a variable and no more: they may be IRIs, which have no text of their own."""
    for index in range(opening + 1, edits.closing(opening)):
        alone = edits.word(index - 1) in ("(", ",") and edits.word(index + 1) in (")", ",")
        # The first only: numbers and patterns follow it.
        if edits.kind(index) is Kind.VARIABLE and alone:
            yield edits.tokens[index]
            return


# --- projections ---


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing that SELECT selects: tokens from `start` to before `end`, its expression, and its name if any."""

    start: int
    end: int
    expression: str
    name: str | None
    is_variable: bool
    is_whole: bool
    aggregates: bool


def _repair_selects(edits: _Edits) -> None:
    fresh = (name for number in count(1) if (name := f"?callret-{number}".replace("-", "_")))
    changes: list[tuple[int, int, str]] = []
    for index in range(len(edits.tokens)):
        if edits.word(index) == "SELECT" and edits.kind(index) is Kind.WORD:
            _repair_select(edits, index, fresh, changes)
    edits.apply(changes)


def _repair_select(
    edits: _Edits, select: int, fresh: Iterator[str], changes: list[tuple[int, int, str]]
) -> None:
    items, end, commas = _items(edits, select + 1)
    if not items:
        return
    used = {token.text for token in edits.tokens if token.kind is Kind.VARIABLE}
    grouped = _needs_grouping(edits, items, end)
    groups: list[str] = []
    for comma in commas:
        changes.append((edits.tokens[comma].start, edits.tokens[comma].end, ""))
        edits.repairs[COMMAS] = None
    for item in items:
        name = item.name or next(one for one in fresh if one not in used)
        moved = grouped and not item.aggregates
        if moved:
            groups.append(name if item.is_variable else f"({item.expression} AS {name})")
        if not item.is_variable and (moved or not item.is_whole):
            new = name if moved else f"({item.expression} AS {name})"
            changes.append((edits.tokens[item.start].start, edits.tokens[item.end - 1].end, new))
        if not item.is_whole:
            edits.repairs[PARENTHESES] = None
    if grouped:
        _group(edits, end, [item.name for item in items], groups, changes)


def _items(edits: _Edits, index: int) -> tuple[list[_Item], int, list[int]]:
    """What SELECT selects, where its graph pattern or FROM begins, and where commas stand. Nothing for `*`."""
    items: list[_Item] = []
    commas: list[int] = []
    while edits.word(index) in ("DISTINCT", "REDUCED"):
        index += 1
    while index < len(edits.tokens) and edits.word(index) not in ("WHERE", "FROM", "{"):
        if edits.word(index) == ",":
            commas.append(index)
            index += 1
            continue
        item = _item(edits, index)
        if item is None:
            return [], index, []
        items.append(item)
        index = item.end
    return items, index, commas


def _item(edits: _Edits, index: int) -> _Item | None:
    kind = edits.kind(index)
    if kind is Kind.VARIABLE:
        end = index + 1
    elif edits.word(index) == "(":
        end = edits.closing(index) + 1
    elif kind in (Kind.WORD, Kind.NAME, Kind.IRI) and edits.word(index + 1) == "(":
        end = edits.closing(index + 1) + 1
    else:
        return None
    if end > len(edits.tokens):
        return None
    aggregates = any(_is_aggregate(edits, place) for place in range(index, end))
    if edits.word(end) == "AS" and edits.kind(end + 1) is Kind.VARIABLE:
        name = edits.tokens[end + 1].text
        return _Item(index, end + 2, edits.slice(index, end), name, False, False, aggregates)
    if kind is Kind.VARIABLE:
        return _Item(index, end, edits.tokens[index].text, edits.tokens[index].text, True, True, False)
    named = edits.word(index) == "(" and edits.word(end - 3) == "AS" and edits.kind(end - 2) is Kind.VARIABLE
    if named:
        return _Item(
            index, end, edits.slice(index + 1, end - 3), edits.tokens[end - 2].text, False, True, aggregates
        )
    return _Item(index, end, edits.slice(index, end), None, False, False, aggregates)


def _is_aggregate(edits: _Edits, index: int) -> bool:
    return (
        edits.kind(index) is Kind.WORD and edits.word(index) in _AGGREGATES and edits.word(index + 1) == "("
    )


def _needs_grouping(edits: _Edits, items: list[_Item], end: int) -> bool:
    mixed = any(item.aggregates for item in items) and not all(item.aggregates for item in items)
    pattern = _pattern(edits, end)
    return mixed and pattern is not None and edits.word(edits.closing(pattern) + 1) != "GROUP"


def _pattern(edits: _Edits, index: int) -> int | None:
    """Where the graph pattern of a SELECT begins: its opening brace."""
    while index < len(edits.tokens) and edits.word(index) != "{":
        index += 1
    return index if index < len(edits.tokens) and edits.closing(index) < len(edits.tokens) else None


def _group(
    edits: _Edits, end: int, names: list[str | None], groups: list[str], changes: list[tuple[int, int, str]]
) -> None:
    pattern = _pattern(edits, end)
    if pattern is None:
        return
    closing = edits.closing(pattern)
    ordering = [name for name in _ordering_variables(edits, closing + 1) if name not in names]
    place = edits.tokens[closing].end
    changes.append((place, place, f" GROUP BY {' '.join(dict.fromkeys([*groups, *ordering]))}"))
    edits.repairs[GROUPING] = None


def _ordering_variables(edits: _Edits, index: int) -> Iterator[str]:
    """The variables of ORDER BY that stand in no aggregate: they have to be grouped by, too."""
    if (edits.word(index), edits.word(index + 1)) != ("ORDER", "BY"):
        return
    index += 2
    while index < len(edits.tokens) and edits.word(index) not in ("LIMIT", "OFFSET", "VALUES", "}", "HAVING"):
        if _is_aggregate(edits, index):
            index = edits.closing(index + 1)
        elif edits.kind(index) is Kind.VARIABLE:
            yield edits.tokens[index].text
        index += 1
