"""What is certain to be repaired in front matter: one function a rule, from the values of a page to their changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from rdfkit.mapping import registry
from rdfkit.mapping.profiles import is_placeholder, profile
from rdfkit.mapping.registry import BLOCK
from rdfkit.mapping.schema_org import LICENCE_PROPERTIES, is_usual, licence, parts
from rdfkit.rdf.identifiers import expand, is_missing
from rdfkit.rdf.taxa import packaged_taxa
from rdfkit.sources.cleaning import without_email
from rdfkit.sources.lexicons import folded
from rdfkit.sources.page import Page, has_text
from rdfkit.sources.yaml_reader import KeyPath, Value
from rdfkit.validation.fixes.identifiers import mended
from rdfkit.validation.fixes.tables import identifier_columns

CONFORMS_TO = "http://purl.org/dc/terms/conformsTo"
_CONFORMS_KEYS = frozenset(
    {CONFORMS_TO, "conformsTo", "dct:conformsTo", "dcterms:conformsTo", "schema:conformsTo"}
)
_NAMES = ("name", "schema:name")
_SCHEMA_TERM = re.compile(r"(?:https://(?:www\.)?|http://www\.)schema\.org/(\w*)", re.ASCII)


class Change(NamedTuple):
    """A text that is to stand somewhere: in place of a value, of a key (`is_key`), or under a key that is new."""

    path: KeyPath
    text: str
    is_key: bool = False
    is_new: bool = False


# The texts of a page by key path, those that may be changed.
Texts = Mapping[KeyPath, str]
PageRule = Callable[[Page, Texts], Iterator[Change]]


def placeholder_names(page: Page, texts: Texts) -> Iterator[Change]:
    """The title of what the page is about, for the name that the site's template writes where it has none."""
    title = _title(page)
    for path, part in _own_nodes(page) if title else ():
        for name in _NAMES:
            value = texts.get((*path, name))
            if name in part and value is not None and is_placeholder(value) and value != title:
                yield Change((*path, name), title)


def licence_names(page: Page, texts: Texts) -> Iterator[Change]:
    """The address of a licence for its name, where schema.org's own context says that a licence stands there."""
    usual = [path for path, part in _nodes(page) if is_usual(part)]
    for path, text in texts.items():
        key = _last_name(path).removeprefix("schema:")
        if key in LICENCE_PROPERTIES and any(path[: len(one)] == one for one in usual):
            known = licence(text)
            if known is not None and known != text:
                yield Change(path, known)


def figure_organisms(page: Page, texts: Texts) -> Iterator[Change]:
    """The one organism that was recognised in the figure, for `organisms: NA`."""
    recognised = [text for text in _listed(page.fields.get("organisms_ner")) if not is_missing(text)]
    if page.kind != "figure" or len(recognised) != 1 or not _has_taxon(recognised[0]):
        return
    written = _listed(page.fields.get("organisms"))
    if len(written) == 1 and written[0] and is_missing(written[0]):
        path = ("organisms",) if isinstance(page.fields["organisms"], str) else ("organisms", 0)
        if path in texts:
            yield Change(path, recognised[0].strip())


def schema_namespace(page: Page, texts: Texts) -> Iterator[Change]:
    """`http://schema.org/` for the namespace written with https: in types, keys, and contexts of the page's own."""
    for path, text in texts.items():
        found = _SCHEMA_TERM.fullmatch(text)
        if found and path[0] == BLOCK and _is_term_place(path):
            yield Change(path, f"http://schema.org/{found[1]}")


def schema_keys(page: Page, keys: Iterable[KeyPath]) -> Iterator[Change]:
    """The same for keys."""
    for path in keys:
        found = _SCHEMA_TERM.fullmatch(str(path[-1]))
        if found and path[0] == BLOCK and "@context" not in path:
            yield Change(path, f"http://schema.org/{found[1]}", is_key=True)


def conforms_to(page: Page, texts: Texts) -> Iterator[Change]:
    """The profile of Bioschemas that a dataset fits and does not name, as the build says of it."""
    for path, part in _own_nodes(page):
        kind = registry.kind(page.kind)
        is_named = bool(_title(page)) or any(has_text(part.get(name)) for name in _NAMES)
        minimum = (part.get("license") or kind.licence, has_text(part.get("keywords")), is_named)
        known = profile("Dataset", *minimum)
        if known and _is_dataset(part) and is_usual(part) and not _CONFORMS_KEYS & part.keys():
            yield Change((*path, CONFORMS_TO), expand(known), is_new=True)


def blank_titles(page: Page, texts: Texts) -> Iterator[Change]:
    """A title without the blanks around it."""
    kind = registry.kind(page.kind)
    for path, text in texts.items():
        if _name(path) in kind.titles and text.strip() not in ("", text):
            yield Change(path, text.strip())


def identifiers(page: Page, texts: Texts) -> Iterator[Change]:
    """Identifiers without blanks, dots and doubled prefixes."""
    columns = identifier_columns()["page"]
    for path, text in texts.items():
        name = _name(path)
        if name in columns and not is_missing(text) and (found := mended(text, columns[name])):
            yield Change(path, found)


# By the rule of the findings that each repairs. Where the build reads a thing rightly without a word, nothing tells of
# it, and the rule is only that of the repair.
PAGE_RULES: Mapping[str, PageRule] = {
    "placeholder-name": placeholder_names,
    "schema-licence": licence_names,
    "figure-organism": figure_organisms,
    "schema-namespace": schema_namespace,
    "schema-conforms-to": conforms_to,
    "text-blank": blank_titles,
    "identifier-form": identifiers,
}


def _nodes(page: Page) -> list[tuple[KeyPath, dict[str, Value]]]:
    """The mappings of the page's block."""
    found = parts(page.fields.get(BLOCK, ""))
    return [((BLOCK, *path), part) for path, part in found if isinstance(part, dict)]


def _own_nodes(page: Page) -> Iterator[tuple[KeyPath, dict[str, Value]]]:
    """Those that are the page: the first, and others with its `@id`."""
    nodes = _nodes(page)
    for number, (path, part) in enumerate(nodes):
        if number == 0 or ("@id" in part and part["@id"] == nodes[0][1].get("@id")):
            yield path, part


def _is_dataset(part: dict[str, Value]) -> bool:
    return any(one.rpartition(":")[2].rpartition("/")[2] == "Dataset" for one in _listed(part.get("@type")))


def _title(page: Page) -> str:
    key = registry.kind(page.kind).title_key
    title = page.fields.get(key, "") if key else ""
    return (
        title.strip() if isinstance(title, str) and has_text(title) and without_email(title) == title else ""
    )


def _has_taxon(name: str) -> bool:
    return any(folded(name) == folded(known) for known in packaged_taxa())


def _listed(value: Value | None) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return (
        [item for item in items if isinstance(item, str)]
        if all(isinstance(item, str) for item in items)
        else []
    )


def _is_term_place(path: KeyPath) -> bool:
    """Whether a name of schema.org stands there as such: a type, or what a context defines."""
    if "@context" in path:
        below = path[path.index("@context") + 1 :]
        return any(isinstance(part, str) for part in below)
    return _last_name(path) == "@type"


def _name(path: KeyPath) -> str:
    return ".".join(part for part in path if isinstance(part, str))


def _last_name(path: KeyPath) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")
