"""A block as a tree of texts, lists and mappings, and the ways through it."""

from __future__ import annotations

from collections.abc import Iterator

from rdfkit.mapping.schema_org.problems import Problems
from rdfkit.rdf.identifiers import is_missing
from rdfkit.sources.yaml_reader import KeyPath, Value

MAX_DEPTH = 64


def clean(problems: Problems, value: object, path: KeyPath = (), depth: int = 0) -> Value:
    """The tree with nothing but texts that are Unicode, lists and mappings, and no more than `MAX_DEPTH` levels deep.

    Notes what is left out.
    """
    if isinstance(value, str):
        if _is_unicode(value):
            return value
        problems.note("schema-text", "the text has half a surrogate pair, which is no character", path)
    elif depth > MAX_DEPTH:
        problems.note("schema-depth", f"is nested more than {MAX_DEPTH} levels deep, so it is left out", path)
    elif isinstance(value, list):
        # Most values are short texts, and they need no place.
        return [
            item
            if isinstance(item, str) and item.isascii()
            else clean(problems, item, (*path, index), depth + 1)
            for index, item in enumerate(value)
        ]
    elif isinstance(value, dict):
        keys = [key for key in value if _is_key(problems, key, path)]
        return {
            key: item
            if isinstance(item := value[key], str) and item.isascii()
            else clean(problems, item, (*path, key), depth + 1)
            for key in keys
        }
    else:
        problems.note(
            "schema-form", f"{type(value).__name__} where a text, a list or a mapping belongs", path
        )
    return ""


def _is_key(problems: Problems, key: object, path: KeyPath) -> bool:
    if isinstance(key, str) and _is_unicode(key):
        return True
    problems.note("schema-text", "a key is not text, so it is left out", path)
    return False


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def parts(value: Value) -> list[tuple[KeyPath, Value]]:
    """The items of a list, or the one value that it is, with their key paths."""
    if isinstance(value, list):
        return [((index,), part) for index, part in enumerate(value)]
    return [((), value)]


def mappings(value: Value, path: KeyPath) -> Iterator[tuple[KeyPath, dict[str, Value]]]:
    """Every mapping of a tree with its key path."""
    if isinstance(value, dict):
        yield path, value
        for key, item in value.items():
            if not isinstance(item, str):
                yield from mappings(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if not isinstance(item, str):
                yield from mappings(item, (*path, index))


def leaves(value: Value, path: KeyPath) -> Iterator[tuple[KeyPath, Value]]:
    """Every value of a list and of the lists in it, with its key path; a value that is no list is the only one."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def texts(value: Value, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Those of the `leaves` that are texts."""
    return ((where, part) for where, part in leaves(value, path) if isinstance(part, str))


def is_absent(value: object) -> bool:
    """Whether a value is a text that stands for "no value"."""
    return isinstance(value, str) and is_missing(value)
