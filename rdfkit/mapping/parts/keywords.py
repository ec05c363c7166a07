"""Keywords: those of an article, and those of a page's block, put right where one text holds several."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.registry import BLOCK
from rdfkit.rdf.identifiers import is_missing
from rdfkit.sources.yaml_reader import KeyPath, Value

_KEY = "keywords"
_SEPARATOR = re.compile(r"\s*[;,]\s*")
_NAME = re.compile(r"[^\W\d]\S*")


def article_keywords(fields: Fields, site: Site) -> list[str]:
    """The keywords of a page's article: the texts under `keywords`, split at the bars between them."""
    texts = fields.texts(_KEY)
    words = [_spaced(word).strip() for text in texts for word in text.split("|")]
    # Between bars a comma belongs to the word: Inflammation, chronic.
    if not any("|" in text for text in texts):
        known = _known(fields, site, words)
        words = [one for word in words for one in _split(word, known, fields, (_KEY,))]
    return list(dict.fromkeys(word for word in words if not is_missing(word)))


def put_right(fields: Fields, site: Site | None) -> Value:
    """The block of a page, its keywords put right.

    A line break in a keyword is a blank. A text with commas or semicolons is several keywords when each part stands by
    itself in the block or in the lexicon; if not it stays one, which is noted.
    """
    block = fields.page.fields.get(BLOCK, "")
    if isinstance(block, list):
        return [_put_right(part, fields, site, (BLOCK, index)) for index, part in enumerate(block)]
    return _put_right(block, fields, site, (BLOCK,))


def block_keywords(block: Value) -> Iterator[tuple[str, KeyPath]]:
    """The keywords of a block, each with the place of its key."""
    for index, part in enumerate(block if isinstance(block, list) else [block]):
        place: KeyPath = (BLOCK, index) if isinstance(block, list) else (BLOCK,)
        keywords = part.get(_KEY) if isinstance(part, dict) else None
        for position, keyword in enumerate(keywords if isinstance(keywords, list) else [keywords]):
            if isinstance(keyword, str):
                where = (*place, _KEY, position) if isinstance(keywords, list) else (*place, _KEY)
                yield keyword, where


def page_taxa(fields: Fields, site: Site) -> list[str]:
    """The taxa that the words of a page were matched in: those that were recognised, else those of the article."""
    names = fields.texts("organisms_ner") or fields.texts("organisms")
    return [taxon for taxon in map(site.taxon, names) if taxon]


def _put_right(part: Value, fields: Fields, site: Site | None, path: KeyPath) -> Value:
    if not isinstance(part, dict) or _KEY not in part:
        return part
    value = part[_KEY]
    items = value if isinstance(value, list) else [value]
    texts = [item for item in items if isinstance(item, str)]
    if all(map(_is_plain, texts)):
        return part
    known = _known(fields, site, texts)
    found: list[Value] = []
    for index, item in enumerate(items):
        where = (*path, _KEY, index) if isinstance(value, list) else (*path, _KEY)
        found.extend(_split(_spaced(item), known, fields, where) if isinstance(item, str) else [item])
    return {**part, _KEY: found}


def _is_plain(text: str) -> bool:
    return text.isprintable() and "," not in text and ";" not in text


def _known(fields: Fields, site: Site | None, words: Collection[str]) -> Callable[[str], bool]:
    """Whether a word stands by itself: among these words, or in the lexicon for the organisms of the page."""
    alone = {_spaced(word) for word in words}

    def is_known(word: str) -> bool:
        return word in alone or (site is not None and site.gene(word, page_taxa(fields, site)) is not None)

    return is_known


def _split(text: str, is_known: Callable[[str], bool], fields: Fields, path: KeyPath) -> list[str]:
    parts = [part for part in _SEPARATOR.split(text) if part]
    if len(parts) < 2 or not _SEPARATOR.search(text):
        return [text]
    if all(map(is_known, parts)):
        return parts
    if _may_be_list(text, parts, is_known):
        fields.note(
            "keyword-list",
            "this may be several keywords; it stays one, since not each of them stands by itself elsewhere",
            *path,
            value=text,
            advice="Write each keyword as an item of its own.",
        )
    return [text]


def _may_be_list(text: str, parts: list[str], is_known: Callable[[str], bool]) -> bool:
    """Whether a text looks like several keywords, and not like 2,3-butanediol or fatty acid (24:4, w-6)."""
    if ";" in text or any(map(is_known, parts)):
        return True
    return ", " in text and all(map(_NAME.fullmatch, parts))


def _spaced(text: str) -> str:
    """A keyword in one line."""
    return " ".join(text.split()) if not text.isprintable() else text
