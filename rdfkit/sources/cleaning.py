"""Texts made fit for a graph: e-mail addresses hidden, names that say nothing recognised."""

from __future__ import annotations

import re

from rdfkit.rdf.identifiers import is_missing
from rdfkit.rdf.reading import table

# What stands in place of an e-mail address.
EMAIL_MARK = "[e-mail address]"
# Also as people write it to hide it from programs: name[AT]host.
_HIDDEN_AT = re.compile(r"[\[(]\s?at\s?[\])]", re.IGNORECASE)
_EMAIL = re.compile(rf"[\w.+-]+\s?(?:@|{_HIDDEN_AT.pattern})\s?(?:[\w-]+\.)+[a-z]{{2,}}", re.IGNORECASE)


def is_missing_name(text: str) -> bool:
    """Whether a text stands for "no value" where the name of a person belongs."""
    return is_missing(text) or text.strip() in table()["missing_names"]


def may_hold_email(text: str) -> bool:
    """Whether an e-mail address may stand in a text: it has the sign for "at", or what people write for it."""
    return "@" in text or (("(" in text or "[" in text) and _HIDDEN_AT.search(text) is not None)


def without_email(text: str) -> str:
    """The text without e-mail addresses: a mark stands for each. No address may enter the graph."""
    return _EMAIL.sub(EMAIL_MARK, text) if may_hold_email(text) else text
