"""The schema-jsonld block of a page, made ready for a JSON-LD 1.1 processor that never fetches anything.

JSON-LD drops what it cannot map without a word: unknown keys, relative IRIs, types that are no IRIs. So a
block is shaped before it is processed. What would vanish is repaired where the meaning is plain (`CC0` is a
licence, a nested node is a part of the page), kept as a plain literal where it is not, and noted either way.

A block that speaks plain schema.org becomes nodes for `contexts/schema.jsonld`, which follows the context
that schema.org publishes. A block with a context of its own keeps it; schema.org inside is put in its place.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple
from urllib.parse import urljoin

import pyoxigraph as ox

from rdfkit import resources
from rdfkit.front_matter import KeyPath, Value
from rdfkit.identifiers import is_missing, percent_encode
from rdfkit.report import Severity

MAX_DEPTH = 64
# Oxigraph's parser follows terms that are defined by terms on the stack, and some thousands crash it.
MAX_CONTEXT_ENTRIES = 500
# Looking for the nearest name takes milliseconds.
MAX_ADVICE = 50

# What stands in JSON-LD where a value may be: a text or a node, value or list object.
Node = dict[str, Any]
Item = str | Node

_SCHEMA_CONTEXT = re.compile(
    r"https?://(www\.)?schema\.org(/|/docs/jsonldcontext\.json(ld)?)?", re.IGNORECASE
)
_SCHEMA_TERM = re.compile(r"(https?)://(?:www\.)?schema\.org/(.*)", re.DOTALL)
_WEB_ADDRESS = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_DATE = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2]))?|(\d{4}-\d\d-\d\d(T\d\d:\d\d[\d:.]*(Z|[+-]\d\d(:?\d\d)?)?)?)", re.ASCII
)
# What has the form of a keyword is never a term, https://www.w3.org/TR/json-ld11/#keywords
_KEYWORD = re.compile(r"@[A-Za-z]+")
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_GEN_DELIM = (":", "/", "?", "#", "[", "]", "@")
_KEYWORDS = frozenset(
    re.findall(
        "@[a-z]+",
        "@base @container @context @direction @graph @id @import @included @index @json @language @list @nest"
        "@none @prefix @propagate @protected @reverse @set @type @value @version @vocab",
    )
)
_BOOLEAN_KEYWORDS = frozenset({"@prefix", "@propagate", "@protected"})
# Containers under which keys are not properties.
_MAPS = frozenset({"@graph", "@id", "@index", "@language", "@type"})
# Fragments that other parts of a page's graph use.
_RESERVED = re.compile(r"source|article|(mention|genid)-\d+")
# Anything else before the colon is more likely a prefix that nobody declared.
_SCHEMES = re.compile("acct|data|did|file|ftp|geo|https?|info|mailto|ni|tag|tel|urn", re.IGNORECASE)
_LICENCE_PROPERTIES = frozenset({"license", "sdLicense"})
_DATE_TYPES = frozenset({"Date", "DateTime"})

# How bad each problem is, and what to do about it.
_RULES: Mapping[str, tuple[Severity, str | None]] = {
    "schema-context-size": (Severity.VIOLATION, "Define only the terms that the block uses."),
    "schema-date": (Severity.WARNING, "Write it as 2025-12-01, 2025-12 or 2025 (ISO 8601)."),
    "schema-depth": (Severity.VIOLATION, "Write nodes side by side and refer to them by @id."),
    "schema-form": (Severity.WARNING, None),
    "schema-iri": (Severity.WARNING, "Write a whole IRI, such as https://example.org/x."),
    "schema-keyword": (Severity.WARNING, "Remove it."),
    "schema-named-graph": (Severity.VIOLATION, "Use no @graph container."),
    "schema-namespace": (Severity.WARNING, "Write http://schema.org/, as schema.org's own context does."),
    "schema-no-context": (Severity.WARNING, "Add @context: https://schema.org/"),
    "schema-not-a-mapping": (Severity.VIOLATION, "Write one JSON-LD node object, or a list of them."),
    "schema-not-json-ld": (Severity.VIOLATION, "Correct its @context."),
    "schema-remote-context": (
        Severity.VIOLATION,
        "Use https://schema.org/ or write the context into the page.",
    ),
    "schema-text": (Severity.WARNING, None),
    "schema-unknown-property": (Severity.WARNING, None),
    "schema-unknown-type": (Severity.WARNING, None),
    "schema-unmapped-key": (Severity.WARNING, "Add it to the context, or correct it."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a block. `key_path` leads to it, from the block on: `(0, "creator", "url")`."""

    severity: Severity
    rule: str
    message: str
    key_path: KeyPath
    value: str | None = None
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Shaped:
    """What became of a block.

    `nodes` are JSON-LD node objects to be read with the packaged schema.org context. `foreign` are node
    objects that bring their own `@context`, free of anything remote. No node object that the block nests in
    the ordinary way is a blank node; list cells and what stands inside of maps may be.
    """

    nodes: tuple[Node, ...]
    foreign: tuple[Node, ...]
    problems: tuple[Problem, ...]


def documents(block: Value, page: str) -> Shaped:
    """Shapes the value of `schema-jsonld` for a JSON-LD 1.1 processor.

    `block` is a mapping or a list of mappings whose scalars are all texts. `page` is the IRI of the page: it
    stands in for the `@id` that the first mapping lacks, and nodes without `@id` are named by its fragments.
    Whatever is wrong with the block becomes a problem; nothing is raised and nothing is fetched.
    """
    run = _Run(page)
    clean = _clean(run, block, (), 0)
    run.reserve(clean)
    for number, (path, part) in enumerate(_parts(clean)):
        if isinstance(part, dict):
            _shape_part(run, part, path, number)
        elif not (isinstance(part, str) and is_missing(part)):
            run.note(
                "schema-not-a-mapping",
                "the block is neither a mapping nor a list of mappings, so it is left out",
                path,
                part if isinstance(part, str) else None,
            )
    return Shaped(tuple(run.nodes), tuple(run.foreign), tuple(run.problems))


def page_iri(block: Value | None) -> str | None:
    """The `@id` of the block, or of its first mapping, when it is an absolute http(s) IRI (RFC 3987).

    None otherwise; `documents` says why.
    """
    first = block[0] if isinstance(block, list) and block else block
    if not isinstance(first, dict):
        return None
    text = first["@id"] if "@id" in first else _aliased_id(first)
    return text if isinstance(text, str) and _is_web_address(text) else None


@cache
def packaged_context() -> Mapping[str, Any]:
    """The schema.org context that ships with the package, the value of its `@context`."""
    text = (resources.contexts_folder() / "schema.jsonld").read_text(encoding="utf-8")
    context: dict[str, Any] = json.loads(text)["@context"]
    return context


# --- The state of one call ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Run:
    """What one block has given so far, and which IRIs under its page are in use."""

    page: str
    nodes: list[Node] = field(default_factory=list)
    foreign: list[Node] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)
    # The unusable @id of the first mapping, which the page stands in for.
    page_alias: str | None = None

    def note(
        self, rule: str, message: str, path: KeyPath, value: str | None = None, advice: str | None = None
    ) -> None:
        """Adds a problem; `advice` is better than what the rule says of all its cases."""
        severity, usual = _RULES[rule]
        self.problems.append(Problem(severity, rule, message, path, value, advice or usual))

    def left_out(self, key: str, path: KeyPath) -> None:
        """Notes a keyword that says nothing where it stands."""
        self.note("schema-keyword", f"{key} gives no triples here, so it is left out", (*path, key))

    def reserve(self, block: Value) -> None:
        """Remembers every IRI that the block gives itself, so that no generated one is the same."""
        for _, mapping in _mappings(block, ()):
            for key in ("@id", "id"):
                text = mapping.get(key)
                if isinstance(text, str):
                    self.taken.add(text if _is_iri(text) else self.local(text))

    def local(self, text: str) -> str:
        """The IRI under the page of a blank node label, fragment or relative IRI, always the same."""
        if text == self.page_alias:
            return self.page
        name = text.removeprefix("_:").removeprefix("#")
        iri = self._fragment(name)
        return iri if _is_iri(iri) else self._fragment(percent_encode(name))

    def fresh(self, name: str) -> str:
        """An IRI under the page that nothing else has: `name`, or `name-2` and so on."""
        number = self.numbers.get(name, 0) + 1
        while not self._is_free(_numbered(name, number)):
            number += 1
        self.numbers[name] = number
        iri = self._fragment(_numbered(name, number))
        self.taken.add(iri)
        return iri

    def _is_free(self, name: str) -> bool:
        return self._fragment(name) not in self.taken and _RESERVED.fullmatch(name) is None

    def _fragment(self, name: str) -> str:
        # An IRI has one fragment, https://www.rfc-editor.org/rfc/rfc3986#section-3.5
        return f"{self.page}{'-' if '#' in self.page else '#'}{name}"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands: its key path, the name that a node there gets, the terms that hold there."""

    path: KeyPath
    terms: _Terms
    name: str = ""
    number: int = 1

    def item(self, index: int) -> _Place:
        """The place of an item of a list."""
        return _Place((*self.path, index), self.terms, self.name, index + 1)

    def at(self, key: str) -> _Place:
        """The place of the value of a keyword, where nothing new gets a name."""
        return replace(self, path=(*self.path, key))

    def below(self, key: str, name: str, terms: _Terms) -> _Place:
        """The place of the value of a property of the node that stands here."""
        own = self.node_name
        return _Place((*self.path, key), terms, f"{own}-{name}" if own else name)

    @property
    def node_name(self) -> str:
        """The fragment of the node here: `creator`, `creator-2`, `creator-address`."""
        return _numbered(self.name, self.number)


def _numbered(name: str, number: int) -> str:
    return f"{name}-{number}" if number > 1 else name


# --- The tree of the block -----------------------------------------------------------------------------


def _clean(run: _Run, value: object, path: KeyPath, depth: int) -> Value:
    """The tree with nothing but texts that are Unicode, lists and mappings, and not too deep."""
    if isinstance(value, str):
        if _is_unicode(value):
            return value
        run.note("schema-text", "the text has half a surrogate pair, which is no character", path)
    elif depth > MAX_DEPTH:
        run.note("schema-depth", f"is nested more than {MAX_DEPTH} levels deep, so it is left out", path)
    elif isinstance(value, list):
        return [_clean(run, item, (*path, index), depth + 1) for index, item in enumerate(value)]
    elif isinstance(value, dict):
        keys = [key for key in value if _is_key(run, key, path)]
        return {key: _clean(run, value[key], (*path, key), depth + 1) for key in keys}
    else:
        run.note("schema-form", f"{type(value).__name__} where a text, a list or a mapping belongs", path)
    return ""


def _is_key(run: _Run, key: object, path: KeyPath) -> bool:
    if isinstance(key, str) and _is_unicode(key):
        return True
    run.note("schema-text", "a key is not text, so it is left out", path)
    return False


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parts(block: Value) -> list[tuple[KeyPath, Value]]:
    if isinstance(block, list):
        return [((index,), part) for index, part in enumerate(block)]
    return [((), block)]


def _mappings(value: Value, path: KeyPath) -> Iterator[tuple[KeyPath, dict[str, Value]]]:
    """Every mapping of a tree with its key path."""
    if isinstance(value, dict):
        yield path, value
        for key, item in value.items():
            if not isinstance(item, str):
                yield from _mappings(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if not isinstance(item, str):
                yield from _mappings(item, (*path, index))


# --- Contexts --------------------------------------------------------------------------------------------


def _remote_contexts(block: Value, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Every reference to a context that is not in the block and not schema.org, wherever it stands."""
    for place, mapping in _mappings(block, path):
        for key in ("@context", "@import"):
            for where, text in _texts(mapping.get(key, []), (*place, key)):
                if not is_missing(text) and not _is_schema_org(text):
                    yield where, text


def _texts(value: Value, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))


def _is_schema_org(text: str) -> bool:
    return _SCHEMA_CONTEXT.fullmatch(text.strip()) is not None


def _says_nothing(context: Value) -> bool:
    return not context or (isinstance(context, str) and is_missing(context))


def _is_schema_org_only(context: Value) -> bool:
    if isinstance(context, list):
        return all(isinstance(item, str) and _is_schema_org(item) for item in context)
    return isinstance(context, str) and _is_schema_org(context)


def _inline(context: Value) -> Any:  # noqa: ANN401 - a JSON-LD context
    """The context as JSON: schema.org in its place, and `null`, `true` and `1.1` no longer texts."""
    if isinstance(context, str):
        return None if is_missing(context) else packaged_context()
    if isinstance(context, list):
        return [_inline(item) for item in context]
    return _inline_mapping(context)


def _inline_mapping(context: Mapping[str, Value]) -> dict[str, Any]:
    # Only schema.org can be imported here: everything else was refused as remote.
    inline: dict[str, Any] = dict(packaged_context()) if "@import" in context else {}
    for key, value in context.items():
        if key == "@context":
            inline[key] = _inline(value)
        elif isinstance(value, dict):
            inline[key] = _inline_mapping(value)
        elif isinstance(value, str):
            inline[key] = _context_scalar(key, value)
        elif key != "@import":
            inline[key] = value
    inline.pop("@import", None)
    return inline


def _context_scalar(key: str, text: str) -> str | bool | float | None:
    if key in _BOOLEAN_KEYWORDS and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if key == "@version" and text == "1.1":
        return 1.1
    return None if is_missing(text) else text


class _Terms:
    """What keys mean: as much of an active context as shaping needs.

    https://www.w3.org/TR/json-ld11-api/#context-processing-algorithm
    """

    def __init__(self, definitions: Mapping[str, Any], vocab: str | None, base: str | None) -> None:
        self.definitions = definitions
        self.vocab = vocab
        self.base = base

    def extended(self, context: Any) -> _Terms:  # noqa: ANN401 - a JSON-LD context
        """The terms that hold once a local context is processed too."""
        if context is None:
            return _Terms({}, None, None)
        if isinstance(context, list):
            terms = self
            for item in context:
                terms = terms.extended(item)
            return terms
        vocab = context.get("@vocab", self.vocab)
        return _Terms(
            {
                **self.definitions,
                **{key: value for key, value in context.items() if not _KEYWORD.fullmatch(key)},
            },
            self.expand(vocab) or vocab if isinstance(vocab, str) else None,
            _text_or_none(context.get("@base", self.base)),
        )

    def definition(self, key: str) -> Mapping[str, Any]:
        """The expanded term definition of a key, empty when it has none."""
        found = self.definitions.get(key)
        return found if isinstance(found, dict) else {}

    def expand(self, name: str, *, vocab: bool = True, seen: frozenset[str] = frozenset()) -> str | None:
        """The IRI or keyword that a name stands for, None when it stands for nothing.

        Without `vocab` only what looks like a compact IRI is expanded.
        https://www.w3.org/TR/json-ld11-api/#iri-expansion
        """
        if name in _KEYWORDS:
            return name
        if _KEYWORD.fullmatch(name) or len(seen) > MAX_DEPTH:
            return None
        if vocab and name in self.definitions and name not in seen:
            target = _target(name, self.definitions[name])
            if target != name:
                return None if target is None else self.expand(target, seen=seen | {name})
        prefix, colon, local = name.partition(":")
        if colon and prefix:
            return self._expand_compact(name, prefix, local, seen)
        return f"{self.vocab}{name}" if vocab and self.vocab is not None else None

    def _expand_compact(self, name: str, prefix: str, local: str, seen: frozenset[str]) -> str:
        if (
            prefix == "_"
            or local.startswith("//")
            or prefix in seen
            or not _is_prefix(self.definitions.get(prefix))
        ):
            return name
        namespace = self.expand(prefix, seen=seen | {name})
        return name if namespace is None else f"{namespace}{local}"


def _target(name: str, definition: object) -> str | None:
    if isinstance(definition, dict):
        definition = definition.get("@reverse", definition.get("@id", name))
    return definition if isinstance(definition, str) else None


def _is_prefix(definition: object) -> bool:
    """Whether a term may stand before a colon, https://www.w3.org/TR/json-ld11/#compact-iris."""
    if isinstance(definition, dict):
        return definition.get("@prefix") is True
    return isinstance(definition, str) and definition.endswith(_GEN_DELIM)


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


@cache
def _schema_org_terms() -> _Terms:
    return _Terms({}, None, None).extended(packaged_context())


def _terms_of(context: Value) -> _Terms:
    """The terms of a top-level context that has nothing remote."""
    if _says_nothing(context) or _is_schema_org_only(context):
        return _schema_org_terms()
    return _Terms({}, None, None).extended(_inline(context))


def _aliased_id(first: dict[str, Value]) -> Value | None:
    mapping = _clean(_Run(""), first, (), 0)
    if not isinstance(mapping, dict) or next(_remote_contexts(mapping, ()), None) is not None:
        return None
    terms = _terms_of(mapping.get("@context", ""))
    return next((value for key, value in mapping.items() if terms.expand(key) == "@id"), None)


def _context_size(block: Value) -> int:
    """How many terms and references all contexts of a block have together."""
    size = 0
    for _, mapping in _mappings(block, ()):
        if "@context" in mapping:
            inner = mapping["@context"]
            size += sum(1 for _ in _texts(inner, ())) + sum(len(part) for _, part in _mappings(inner, ()))
    return size


# --- One mapping of the block ----------------------------------------------------------------------------


def _shape_part(run: _Run, part: dict[str, Value], path: KeyPath, number: int) -> None:
    if not part or _is_refused(run, part, path):
        return
    context = part.get("@context", "")
    if _says_nothing(context):
        run.note("schema-no-context", "there is no @context, so it is read as schema.org", path)
    terms = _terms_of(context)
    body = {key: value for key, value in part.items() if key != "@context"}
    node = _node(
        run, body, _Place(path, terms), run.page if number == 0 else run.fresh(f"block-{number + 1}")
    )
    if node is None:
        return
    if not _has_own_context(part):
        run.nodes.append(node)
        return
    own = packaged_context() if terms is _schema_org_terms() else _inline(context)
    foreign = {"@context": own, **node}
    if _is_processable(run, foreign, path):
        run.foreign.append(foreign)


def _is_refused(run: _Run, part: dict[str, Value], path: KeyPath) -> bool:
    remote = list(_remote_contexts(part, path))
    refusal = "the context is not in the page and is never fetched, so the block is refused"
    for where, text in remote:
        run.note("schema-remote-context", refusal, where, text)
    is_large = _has_own_context(part) and _context_size(part) > MAX_CONTEXT_ENTRIES
    if is_large:
        refusal = f"the contexts have more than {MAX_CONTEXT_ENTRIES} entries, so the block is refused"
        run.note("schema-context-size", refusal, path)
    return bool(remote) or is_large


def _has_own_context(part: dict[str, Value]) -> bool:
    contexts = (mapping["@context"] for _, mapping in _mappings(part, ()) if "@context" in mapping)
    return any(not _is_schema_org_only(context) and not _says_nothing(context) for context in contexts)


def _is_processable(run: _Run, node: Node, path: KeyPath) -> bool:
    """Whether the JSON-LD processor takes a node with its own context, and makes one graph of it."""
    document = {"@context": node["@context"], "@id": run.page, "@graph": [{**node, "@context": []}]}
    try:
        quads = list(ox.parse(json.dumps(document, ensure_ascii=False), ox.RdfFormat.JSON_LD))
    except SyntaxError as error:
        where = (*path, "@context")
        run.note("schema-not-json-ld", f"the block is not JSON-LD, so it is refused: {error.msg}", where)
        return False
    if all(quad.graph_name == ox.NamedNode(run.page) for quad in quads):
        return True
    run.note(
        "schema-named-graph", "the block makes named graphs, but a page is one graph, so it is refused", path
    )
    return False


# --- Nodes -----------------------------------------------------------------------------------------------


class _Entry(NamedTuple):
    """A key of a mapping that means something: the IRI or keyword it stands for, and its value."""

    key: str
    meaning: str
    value: Value
    path: KeyPath


class _Property(NamedTuple):
    """A property as its value needs it. `key` is how it is written in the shaped node."""

    key: str
    iri: str
    type: str | None = None
    containers: frozenset[str] = frozenset()
    is_reverse: bool = False

    @property
    def is_verbatim(self) -> bool:
        """Whether what stands below is no ordinary value."""
        return self.type == "@json" or not self.containers.isdisjoint(_MAPS)

    @property
    def is_plain(self) -> bool:
        """Whether its texts are literals as they stand."""
        return self.type is None and not self.is_licence

    @property
    def is_licence(self) -> bool:
        """Whether the value may be the name of a licence."""
        return _schema_name(self.iri) in _LICENCE_PROPERTIES


def _node(run: _Run, mapping: dict[str, Value], place: _Place, top_iri: str | None = None) -> Node | None:
    """The node object of a mapping, named under the page if it has no name; None when it says nothing.

    `top_iri` is the name that a mapping at the top gets.
    """
    terms, node = _entered(mapping, place.terms)
    place = replace(place, terms=terms)
    entries = list(_entries(run, mapping, place))
    own_iri = _own_iri(run, entries, place, is_page=top_iri == run.page)
    node["@id"] = own_iri or top_iri or run.fresh(place.node_name)
    said: dict[str, list[Any]] = {}
    pointing: dict[str, list[Any]] = {}
    for entry in entries:
        if entry.meaning == "@type":
            said.setdefault("@type", []).extend(_types(run, entry.value, terms, entry.path))
        elif entry.meaning in ("@graph", "@included"):
            said.setdefault("@included", []).extend(_included(run, entry, place))
        elif entry.meaning == "@reverse":
            pointing.update(_reverse(run, entry, place))
        elif not entry.meaning.startswith("@"):
            prop = _property(entry, terms)
            said.setdefault(prop.key, []).extend(_property_items(run, entry, prop, place))
        elif entry.meaning != "@id":
            run.left_out(entry.key, entry.path[:-1])
    said["@reverse"] = [pointing] if pointing else []
    said = {key: items for key, items in said.items() if items}
    if not said and own_iri is None:
        return None
    return node | {key: items[0] if len(items) == 1 else items for key, items in said.items()}


def _entered(mapping: dict[str, Value], terms: _Terms) -> tuple[_Terms, Node]:
    """The terms inside of a mapping, and the start of its node: its context, where it has one of its own."""
    context = mapping.get("@context", "")
    node: Node = {}
    if not _says_nothing(context) and not (terms is _schema_org_terms() and _is_schema_org_only(context)):
        node["@context"] = _inline(context)
        terms = terms.extended(node["@context"])
    if terms is _schema_org_terms():
        return terms, node
    # Type-scoped contexts, https://www.w3.org/TR/json-ld11/#type-scoped-contexts
    types = [value for key, value in mapping.items() if key != "@context" and terms.expand(key) == "@type"]
    for text in sorted({text for value in types for _, text in _texts(value, ())}):
        definition = terms.definition(text)
        terms = terms.extended(definition["@context"]) if "@context" in definition else terms
    return terms, node


def _entries(run: _Run, mapping: dict[str, Value], place: _Place) -> Iterator[_Entry]:
    """The keys of a mapping that stand for something, those below `@nest` too. Notes the others."""
    for key, value in mapping.items():
        path = (*place.path, key)
        meaning = place.terms.expand(key)
        if key == "@context":
            continue
        if meaning == "@nest":
            yield from _nested_entries(run, value, place.at(key))
        elif meaning is None:
            run.note(
                "schema-unmapped-key", "the context says nothing of this key, so it is left out", path, key
            )
        elif meaning.startswith("@") or (key and _is_iri(meaning)):
            yield _Entry(key, meaning, value, path)
        else:
            advice = _advice(run, key, "property")
            run.note("schema-iri", "the key makes no IRI, so it is left out", path, key, advice)


def _nested_entries(run: _Run, value: Value, place: _Place) -> Iterator[_Entry]:
    for path, part in _parts(value):
        if isinstance(part, dict):
            yield from _entries(run, part, replace(place, path=(*place.path, *path)))
        else:
            run.note("schema-form", "@nest holds mappings only, so this is left out", (*place.path, *path))


def _own_iri(run: _Run, entries: list[_Entry], place: _Place, *, is_page: bool) -> str | None:
    """The IRI that a node gives itself, made one under the page if need be; None when it gives none."""
    found = [entry for entry in entries if entry.meaning == "@id"]
    for entry in found[1:]:
        run.note("schema-keyword", "@id stands twice, so this one is left out", entry.path)
    if not found or (isinstance(found[0].value, str) and is_missing(found[0].value)):
        return None
    text, path = found[0].value, found[0].path
    if not isinstance(text, str):
        run.note("schema-form", "@id is not a text, so it is left out", path)
        return None
    iri = _reference(run, text, place.terms, path)
    if is_page:
        return _page_iri_of(run, text, iri, path)
    if iri is None:
        iri = run.local(text)
        run.note("schema-iri", f"@id is not an absolute IRI, so the node is {iri}", path, text)
    return iri


def _page_iri_of(run: _Run, text: str, iri: str | None, path: KeyPath) -> str:
    if iri is None or not _is_web_address(text):
        run.note("schema-iri", f"@id is not an absolute http(s) IRI, so the page is {run.page}", path, text)
    if iri is None:
        run.page_alias = text
        return run.page
    return iri


def _types(run: _Run, value: Value, terms: _Terms, path: KeyPath) -> Iterator[str]:
    """The types that a value of `@type` names."""
    for where, part in _leaves(value, path):
        if not isinstance(part, str):
            run.note("schema-form", "@type is not a text, so it is left out", where)
        elif not is_missing(part):
            iri = terms.expand(part)
            if iri is None or not _is_iri(iri):
                run.note("schema-iri", "@type makes no IRI, so it is left out", where, part)
            else:
                _check_name(run, iri, "type", where)
                yield _written(part, iri, terms)


def _leaves(value: Value, path: KeyPath) -> Iterator[tuple[KeyPath, Value]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


def _included(run: _Run, entry: _Entry, place: _Place) -> Iterator[Node]:
    """The nodes of `@included`, and of `@graph` too, for a page is one graph."""
    name = entry.meaning.removeprefix("@")
    inside = replace(place.below(entry.key, name, place.terms), path=entry.path)
    items = _items(run, entry.value, _Property(entry.key, entry.meaning), inside)
    return _only_nodes(run, items, entry)


def _reverse(run: _Run, entry: _Entry, place: _Place) -> dict[str, list[Any]]:
    """The properties of `@reverse`, with the nodes that point to this one."""
    if not isinstance(entry.value, dict):
        run.note("schema-form", "@reverse is not a mapping, so it is left out", entry.path)
        return {}
    pointing: dict[str, list[Any]] = {}
    for inner in _entries(run, entry.value, replace(place, path=entry.path)):
        if inner.meaning.startswith("@"):
            run.left_out(inner.key, entry.path)
        else:
            prop = _property(inner, place.terms)._replace(is_reverse=True)
            pointing.setdefault(prop.key, []).extend(_property_items(run, inner, prop, place))
    return {key: items for key, items in pointing.items() if items}


# --- Properties and their values ---------------------------------------------------------------------------


def _property(entry: _Entry, terms: _Terms) -> _Property:
    definition = terms.definition(entry.key)
    type_, container = definition.get("@type"), definition.get("@container", [])
    return _Property(
        _written(entry.key, entry.meaning, terms),
        entry.meaning,
        terms.expand(type_) if isinstance(type_, str) else None,
        frozenset(text for _, text in _texts(container, ())),
        "@reverse" in definition,
    )


def _property_items(run: _Run, entry: _Entry, prop: _Property, place: _Place) -> Iterator[Any]:
    """The values of a property, each as JSON-LD has it."""
    _check_name(run, prop.iri, "property", entry.path)
    if prop.is_verbatim:
        yield _verbatim(entry.value, prop)
        return
    definition = place.terms.definition(entry.key)
    terms = place.terms.extended(definition["@context"]) if "@context" in definition else place.terms
    inside = replace(place.below(entry.key, _fragment_name(entry.key, prop.iri), terms), path=entry.path)
    if prop.is_reverse:
        yield from _only_nodes(run, _items(run, entry.value, prop, inside), entry)
    elif "@list" in prop.containers:
        yield from _list_object(run, entry.value, prop, inside)
    else:
        yield from _items(run, entry.value, prop, inside)


def _verbatim(value: Value, prop: _Property) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict) and prop.type != "@json":
        return {
            key: _inline(item) if key == "@context" else _verbatim(item, prop) for key, item in value.items()
        }
    if isinstance(value, list) and prop.type != "@json":
        return [_verbatim(item, prop) for item in value]
    return None if isinstance(value, str) and is_missing(value) else value


def _items(run: _Run, value: Value, prop: _Property, place: _Place) -> Iterator[Item]:
    """The values in a value: none for what is missing, several for a list."""
    if isinstance(value, list):
        is_plain = prop.is_plain
        for index, item in enumerate(value):
            if is_plain and isinstance(item, str):
                # Most values of a page are keywords, and they need no place.
                if not is_missing(item):
                    yield item
            else:
                yield from _items(run, item, prop, place.item(index))
    elif isinstance(value, dict):
        yield from _object(run, value, prop, place)
    elif not is_missing(value):
        yield _text(run, value, prop, place)


def _text(run: _Run, text: str, prop: _Property, place: _Place) -> Item:
    """A text as IRI, date or literal, as its property wants it; a plain literal when it is none."""
    if prop.is_licence and (licence := _licence(text)) is not None:
        return {"@id": licence}
    if prop.type in ("@id", "@vocab"):
        iri = _reference(run, text, place.terms, place.path)
        if iri is None and prop.type == "@vocab":
            term = place.terms.expand(text)
            iri = term if term is not None and _is_iri(term) else None
        if iri is not None:
            return {"@id": iri}
        run.note("schema-iri", "the value is not an absolute IRI, so it is kept as text", place.path, text)
        return {"@value": text}
    if prop.type is not None and _schema_name(prop.type) in _DATE_TYPES and not _is_date(text):
        run.note("schema-date", "the value is not a date, so it is kept as text", place.path, text)
        return {"@value": text}
    return text


def _object(run: _Run, mapping: dict[str, Value], prop: _Property, place: _Place) -> Iterator[Item]:
    """The values of a mapping that stands as a value: a value, list, set or node object."""
    terms, _ = _entered(mapping, place.terms)
    keys = {terms.expand(key): key for key in reversed(mapping) if key != "@context"}
    if "@value" in keys:
        yield from _value_object(run, mapping, keys, replace(place, terms=terms))
    elif "@list" in keys:
        _only_keys(run, keys, {"@list", "@index"}, place.path)
        yield from _list_object(
            run, mapping[keys["@list"]], prop, replace(place.at(keys["@list"]), terms=terms)
        )
    elif "@set" in keys:
        _only_keys(run, keys, {"@set", "@index"}, place.path)
        yield from _items(run, mapping[keys["@set"]], prop, replace(place.at(keys["@set"]), terms=terms))
    else:
        identifier = mapping.get(keys.get("@id", ""))
        if prop.is_licence and isinstance(identifier, str) and (licence := _licence(identifier)) is not None:
            mapping = mapping | {keys["@id"]: licence}
        node = _node(run, mapping, place)
        if node is not None:
            yield node


def _only_keys(run: _Run, keys: Mapping[str | None, str], wanted: set[str], path: KeyPath) -> None:
    for meaning, key in keys.items():
        if meaning not in wanted:
            run.left_out(key, path)


def _list_object(run: _Run, value: Value, prop: _Property, place: _Place) -> Iterator[Node]:
    """A list object, with lists inside of lists kept, https://www.w3.org/TR/json-ld11/#lists."""
    if isinstance(value, str) and is_missing(value):
        return
    items: list[Item] = []
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        found = _list_object if isinstance(item, list) else _items
        items.extend(found(run, item, prop, place.item(index)))
    yield {"@list": items}


def _value_object(
    run: _Run, mapping: dict[str, Value], keys: Mapping[str | None, str], place: _Place
) -> Iterator[Item]:
    """A value object with what RDF can say of it, https://www.w3.org/TR/json-ld11/#value-objects."""
    text = mapping[keys["@value"]]
    _only_keys(run, keys, {"@value", "@type", "@language", "@index"}, place.path)
    if not isinstance(text, str):
        run.note("schema-form", "@value is not a text, so it is left out", (*place.path, keys["@value"]))
    elif not is_missing(text):
        datatype = _qualifier(run, mapping, keys, "@type", place)
        language = _qualifier(run, mapping, keys, "@language", place)
        if datatype and language:
            run.left_out(keys["@language"], place.path)
        qualified = {"@type": datatype} if datatype else {"@language": language} if language else {}
        yield {"@value": text} | qualified


def _qualifier(
    run: _Run, mapping: dict[str, Value], keys: Mapping[str | None, str], keyword: str, place: _Place
) -> str | None:
    """The datatype IRI or language tag of a value object, if it is one."""
    if keyword not in keys:
        return None
    value = mapping[keys[keyword]]
    path = (*place.path, keys[keyword])
    if isinstance(value, str) and is_missing(value):
        return None
    if isinstance(value, str) and keyword == "@language" and _is_language(value):
        return value
    if isinstance(value, str) and keyword == "@type":
        iri = place.terms.expand(value)
        if iri is not None and _is_iri(iri):
            return iri
    wanted = "a datatype" if keyword == "@type" else "a language tag"
    run.note("schema-form", f"{keyword} is not {wanted}, so it is left out", path, _text_or_none(value))
    return None


def _only_nodes(run: _Run, items: Iterator[Item], entry: _Entry) -> Iterator[Node]:
    for item in items:
        if isinstance(item, dict) and "@id" in item:
            yield item
        else:
            run.note(
                "schema-form", "only nodes may stand here, so this is left out", entry.path, _shown(item)
            )


def _shown(item: Item) -> str | None:
    return item if isinstance(item, str) else _text_or_none(item.get("@value"))


# --- IRIs, names and dates ---------------------------------------------------------------------------------


def _reference(run: _Run, text: str, terms: _Terms, path: KeyPath) -> str | None:
    """The absolute IRI of a reference to a node; None when there is none.

    Blank nodes and fragments are under the page. Other relative IRIs need an `@base`.
    """
    if text.startswith("_:"):
        return run.local(text) if len(text) > len("_:") else None
    if terms.base is None and text.startswith("#") and len(text) > 1:
        return run.local(text)
    iri = _resolved(terms.base, terms.expand(text, vocab=False) or text)
    if not _is_iri(iri):
        return None
    _check_scheme(run, iri, path)
    return iri


def _resolved(base: str | None, iri: str) -> str:
    try:
        return iri if base is None else urljoin(base, iri)
    except ValueError:
        return iri


def _is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI (RFC 3987), as the JSON-LD processor checks it."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def _is_web_address(text: str) -> bool:
    return _WEB_ADDRESS.match(text) is not None and _is_iri(text)


def _is_language(text: str) -> bool:
    try:
        ox.Literal("", language=text)
    except ValueError:
        return False
    return True


def _is_date(text: str) -> bool:
    """Whether a text is a year, a month, a day or a time of a day as ISO 8601 writes them."""
    match = _DATE.fullmatch(text)
    if match is None or match[3] is None:
        return match is not None
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check_scheme(run: _Run, iri: str, path: KeyPath) -> None:
    scheme = iri.partition(":")[0]
    if _SCHEMES.fullmatch(scheme) is None:
        run.note(
            "schema-iri",
            f'"{scheme}:" is no prefix of the context and no known scheme, so it is an IRI as it stands',
            path,
            iri,
        )


def _check_name(run: _Run, iri: str, kind: str, path: KeyPath) -> None:
    """Notes a property or type that schema.org does not have, or that is in its https namespace."""
    match = _SCHEMA_TERM.fullmatch(iri)
    if match is None:
        _check_scheme(run, iri, path)
        return
    name = match[2]
    if name not in _known_names(kind):
        message = f"schema.org has no {kind} {name}"
        run.note(f"schema-unknown-{kind}", message, path, name, _advice(run, name, kind))
    is_noted = any(problem.rule == "schema-namespace" for problem in run.problems)
    if not iri.startswith("http://schema.org/") and not is_noted:
        run.note("schema-namespace", "queries find http://schema.org/ only", path, iri)


@cache
def _known_names(kind: str) -> frozenset[str]:
    """The names of schema.org's properties or types: rdflib's list, and newer ones from the context."""
    # rdflib takes a while to import, and pages without a block have no need of it.
    from rdflib.namespace import SDO

    newer = {name for name, definition in packaged_context().items() if isinstance(definition, dict)}
    names = newer | SDO.__annotations__.keys()
    return frozenset(name for name in names if name[0].islower() == (kind == "property"))


def _advice(run: _Run, name: str, kind: str) -> str | None:
    return _near(name, kind) if len(run.problems) < MAX_ADVICE else None


@lru_cache(maxsize=1024)
def _near(name: str, kind: str) -> str | None:
    found = difflib.get_close_matches(name, sorted(_known_names(kind)), n=1)
    return f"Did you mean {found[0]}?" if found else None


def _schema_name(iri: str) -> str | None:
    match = _SCHEMA_TERM.fullmatch(iri)
    return match[2] if match else None


def _written(name: str, iri: str, terms: _Terms) -> str:
    """How a key or type is written in the shaped node: as it stands where that is safe, else as its IRI."""
    return name if name in terms.definitions or _PLAIN_NAME.fullmatch(name) else iri


def _fragment_name(key: str, iri: str) -> str:
    if _PLAIN_NAME.fullmatch(key):
        return key
    return percent_encode(re.split("[/#:]", iri.rstrip("/#:"))[-1]) or "node"


def _licence(text: str) -> str | None:
    """The IRI of a licence from its name, such as `CC0` or `CC-BY-4.0`."""
    return _licences().get(_licence_key(text))


@cache
def _licences() -> dict[str, str]:
    text = (resources.contexts_folder() / "licences.json").read_text(encoding="utf-8")
    return {_licence_key(name): iri for name, iri in json.loads(text).items()}


def _licence_key(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()
