"""The group graph patterns of a SPARQL query, with their places in its text.

The `sparqlkit` package parses (https://www.w3.org/TR/sparql11-query/#sparqlGrammar); here its tree becomes the few
things that decide how a query with SERVICE clauses can be taken apart: which element stands in which group, and what
each binds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from rdfkit.errors import QueryError
from rdfkit.identifiers import prefix_map
from rdfkit.sparql_tokens import declared_prefixes, iri_of, significant_tokens, tokens

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

    Node: TypeAlias = "Tree[Token]"

_NONE: frozenset[str] = frozenset()
_GROUP = "group_graph_pattern"
# What makes a subquery give fewer or other solutions than its group has.
_CUTTING = frozenset({"group_clause", "having_clause", "limit_offset_clauses"})


@dataclass(frozen=True, slots=True)
class Element:
    """A part of a group, from `start` to `end` of the text.

    `variables` are those that it can bind (https://www.w3.org/TR/sparql11-query/#variableScope), `certain` those that
    it binds in every solution, `mentioned` all that stand in it. `groups` are the groups right inside it.
    """

    start: int
    end: int
    variables: frozenset[str] = _NONE
    certain: frozenset[str] = _NONE
    mentioned: frozenset[str] = _NONE
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A group with its elements in order; `start` and `end` are its brackets.

    Of a subquery, `projects` has the variables that it hands out, `kept` those of them that are not computed by it, and
    `is_plain` says that it neither groups nor counts nor cuts: then fewer solutions inside are just fewer outside.
    """

    elements: tuple[Element, ...]
    start: int
    end: int
    projects: frozenset[str] | None = None
    kept: frozenset[str] = _NONE
    is_plain: bool = True

    @property
    def variables(self) -> frozenset[str]:
        """The variables that the group can bind."""
        found = _all(element.variables for element in self.elements)
        return found if self.projects is None else self.projects

    @property
    def certain(self) -> frozenset[str]:
        """The variables that the group binds in every solution."""
        found = _all(element.certain for element in self.elements)
        return found if self.projects is None else found & self.kept if self.is_plain else _NONE


@dataclass(frozen=True, slots=True)
class Triples(Element):
    """Triple patterns with nothing between them."""


@dataclass(frozen=True, slots=True)
class Data(Element):
    """A VALUES block."""


@dataclass(frozen=True, slots=True)
class Filter(Element):
    """A FILTER; its groups are those of EXISTS."""


@dataclass(frozen=True, slots=True)
class Bind(Element):
    """A BIND of its one variable; `mentioned` are those of its expression, its groups those of EXISTS."""


@dataclass(frozen=True, slots=True)
class Optional(Element):
    """An OPTIONAL."""


@dataclass(frozen=True, slots=True)
class Minus(Element):
    """A MINUS."""


@dataclass(frozen=True, slots=True)
class Union(Element):
    """Groups with UNION between them, or one group within another."""


@dataclass(frozen=True, slots=True)
class GraphClause(Element):
    """A GRAPH with its `name` as it is written."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Service(Element):
    """A SERVICE with its `endpoint` as it is written."""

    endpoint: str = ""
    silent: bool = False

    @property
    def body(self) -> Group:
        """The group that is asked of the endpoint."""
        return self.groups[0]

    @property
    def is_fixed(self) -> bool:
        """Whether a subquery in it counts or cuts, so that what it gives may depend on all that it finds."""
        return any(not group.is_plain for group in inner_groups(self.body))


@dataclass(frozen=True, slots=True)
class Query:
    """A query: its text, its prologue and dataset clauses as they are written, the group of its WHERE clause, and the
    VALUES block at its end if that restricts the group.
    """

    text: str
    prologue: str
    dataset: str
    where: Group
    data: Data | None

    def services(self) -> tuple[Service, ...]:
        """The SERVICE clauses that are for us, in order: none that stands within another, which is for its endpoint."""
        return tuple(services_in(self.where))

    def iri(self, written: str) -> str:
        """The IRI that `<…>` or a prefixed name stands for. Raises QueryError for a prefix that is not declared."""
        name = next(tokens(written))
        found = iri_of(name, self.prefixes())
        if found is None:
            raise QueryError(f'the prefix "{name.prefix}:" is not declared', value=written)
        return found

    def prefixes(self) -> Mapping[str, str]:
        """Those that need no declaration, and those that the query declares."""
        return {**prefix_map(), **declared_prefixes(significant_tokens(self.prologue))}

    def endpoints(self) -> tuple[str, ...]:
        """The IRIs of the endpoints that the query names, each once."""
        written = (service.endpoint for service in self.services() if service.endpoint[:1] not in ("?", "$"))
        return tuple(dict.fromkeys(self.iri(one) for one in written))


# Parsing takes some 50 ms, and the same text is read by who opens connections and by who takes it apart.
@lru_cache(maxsize=16)
def read_groups(text: str) -> Query:
    """The groups of a query. Raises QueryError, with line and column, for what is not SPARQL 1.1."""
    query = _nodes(_parse(text))[0]
    prologue, form, values = _nodes(query)
    if form.data == "construct_query":
        (form,) = _nodes(form)
    where = next((node for node in _nodes(form) if node.data == "where_clause"), None)
    if where is None:
        raise QueryError("a query without a group has no SERVICE clause", expected="WHERE { … }")
    modifiers = [part for node in _nodes(form) if node.data == "solution_modifier" for part in _nodes(node)]
    selected = (node for node in _nodes(form) if node.data == "select_clause")
    is_grouped = any(part.data in ("group_clause", "having_clause") for part in modifiers) or any(
        any(node.find_data("aggregate")) for node in selected
    )
    clauses = [node for node in _nodes(form) if node.data == "dataset_clause"]
    return Query(
        text,
        text[: prologue.meta.end_pos] if prologue.children else "",
        " ".join(text[node.meta.start_pos : node.meta.end_pos] for node in clauses),
        _group(_child(where, _GROUP), text),
        # As in subqueries.
        _data(values, text) if values.children and not is_grouped else None,
    )


def inner_groups(group: Group) -> Iterator[Group]:
    """A group and all groups within it."""
    yield group
    for element in group.elements:
        for inner in element.groups:
            yield from inner_groups(inner)


def services_in(group: Group) -> Iterator[Service]:
    """The SERVICE clauses in a group that are for us, in order."""
    for element in group.elements:
        if isinstance(element, Service):
            yield element
        else:
            for inner in element.groups:
                yield from services_in(inner)


@cache
def _parser() -> Lark:
    """The parser for queries of the package, from its grammar: importing it makes three more, which takes a second."""
    from lark import Lark

    package = find_spec("sparqlkit")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("sparqlkit is not installed", name="sparqlkit")
    grammar = Path(package.origin).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, start="query_unit", propagate_positions=True)


def _parse(text: str) -> Node:
    from lark.exceptions import UnexpectedInput

    try:
        return _parser().parse(text)
    except UnexpectedInput as error:
        line, column = (place if place and place > 0 else None for place in (error.line, error.column))
        shown = text.split("\n")[line - 1].strip() if line else None
        raise QueryError(
            "not valid SPARQL: the mistake is here or shortly before", line=line, column=column, value=shown
        ) from error


def _group(node: Node, text: str) -> Group:
    start, end = node.meta.start_pos, node.meta.end_pos
    inner = next(iter(_nodes(node)), None)
    if inner is None:
        return Group((), start, end)
    if inner.data == "sub_select":
        return _subquery(inner, text, start, end)
    elements = tuple(_element(child, text) for child in _parts(inner))
    return Group(elements, start, end)


def _subquery(node: Node, text: str, start: int, end: int) -> Group:
    select, where, modifier, values = _nodes(node)
    group = _group(_child(where, _GROUP), text)
    inside = Union(group.start, group.end, group.variables, group.certain, _mentioned(where), (group,))
    is_plain = not any(part.data in _CUTTING for part in _nodes(modifier)) and not any(
        select.find_data("aggregate")
    )
    # A VALUES block is joined after grouping, so it says nothing of what is grouped.
    has_data = bool(values.children) and is_plain
    elements = (inside, _data(values, text)) if has_data else (inside,)
    shown = _all(element.variables for element in elements)
    choices = [_nodes(choice)[0] for choice in _nodes(select)]
    kept = frozenset(_name(choice) for choice in choices if choice.data == "var") if choices else shown
    computed = frozenset(_name(_nodes(choice)[-1]) for choice in choices if choice.data != "var")
    return Group(elements, start, end, kept | computed, kept, is_plain)


def _parts(node: Node) -> Iterator[Node]:
    """The elements of a group's inside, in order."""
    for child in _nodes(node):
        if child.data == "triples_block":
            yield child
        elif child.data == "graph_pattern_not_triples":
            yield from _nodes(child)
        else:
            yield from _parts(child)


def _element(node: Node, text: str) -> Element:
    start, end = node.meta.start_pos, node.meta.end_pos
    mentioned = _mentioned(node)
    groups = tuple(_group(child, text) for child in _outermost(node, _GROUP))
    match str(node.data):
        case "triples_block":
            return Triples(start, end, mentioned, mentioned, mentioned)
        case "inline_data":
            return _data(node, text)
        case "filter":
            return Filter(start, end, mentioned=mentioned, groups=groups)
        case "bind":
            variable = frozenset({_name(_nodes(node)[-1])})
            expression = _mentioned(_nodes(node)[0])
            return Bind(start, end, variable, _NONE, expression, groups)
        case "optional_graph_pattern":
            return Optional(start, end, groups[0].variables, _NONE, mentioned, groups)
        case "minus_graph_pattern":
            return Minus(start, end, mentioned=mentioned, groups=groups)
        case "graph_graph_pattern":
            return _graph_clause(node, text, groups)
        case "service_graph_pattern":
            return _service(node, text, groups)
    certain = frozenset.intersection(*(group.certain for group in groups))
    return Union(start, end, _all(group.variables for group in groups), certain, mentioned, groups)


def _graph_clause(node: Node, text: str, groups: tuple[Group, ...]) -> GraphClause:
    name = _nodes(node)[0]
    own = _mentioned(name)
    return GraphClause(
        node.meta.start_pos,
        node.meta.end_pos,
        groups[0].variables | own,
        groups[0].certain | own,
        _mentioned(node),
        groups,
        text[name.meta.start_pos : name.meta.end_pos],
    )


def _service(node: Node, text: str, groups: tuple[Group, ...]) -> Service:
    name = _nodes(node)[0]
    silent = any(str(child).upper() == "SILENT" for child in node.children)
    return Service(
        node.meta.start_pos,
        node.meta.end_pos,
        groups[0].variables,
        _NONE if silent else groups[0].certain,
        _mentioned(node),
        groups,
        text[name.meta.start_pos : name.meta.end_pos],
        silent,
    )


def _data(node: Node, text: str) -> Data:
    """A VALUES block; a variable is certain when no row leaves it open."""
    block = next(node.find_pred(lambda found: str(found.data).startswith("inline_data_")))
    names = [_name(child) for child in _nodes(block) if child.data == "var"]
    if block.data == "inline_data_one_var":
        rows = [[child] for child in _nodes(block) if child.data == "data_block_value"]
    else:
        rows = [_nodes(child) for child in _nodes(block) if child.data == "data_block_value_group"]
    open_ones = {
        name
        for row in rows
        for name, value in zip(names, row, strict=False)
        if str(value.children[0]) == "UNDEF"
    }
    return Data(
        node.meta.start_pos,
        node.meta.end_pos,
        frozenset(names),
        frozenset(names) - open_ones,
        frozenset(names),
    )


def _outermost(node: Node, name: str) -> Iterator[Node]:
    for child in _nodes(node):
        if child.data == name:
            yield child
        else:
            yield from _outermost(child, name)


def _child(node: Node, name: str) -> Node:
    return next(child for child in _nodes(node) if child.data == name)


def _nodes(node: Node) -> list[Node]:
    from lark import Tree

    return [child for child in node.children if isinstance(child, Tree)]


def _mentioned(node: Node) -> frozenset[str]:
    return frozenset(_name(found) for found in node.find_data("var"))


def _name(variable: Node) -> str:
    return str(variable.children[0])[1:]


def _all(found: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*found)


__all__ = [
    "Bind",
    "Data",
    "Element",
    "Filter",
    "GraphClause",
    "Group",
    "Minus",
    "Optional",
    "Query",
    "Service",
    "Triples",
    "Union",
    "inner_groups",
    "read_groups",
    "services_in",
]  # fmt: skip
