"""People: what the name of a user becomes, and which accounts are nobody's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html import unescape
from ipaddress import ip_address
from typing import Any

from rdfkit.mapping.document import Node
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.shaping import node
from rdfkit.rdf.identifiers import curie
from rdfkit.rdf.iris import percent_encode
from rdfkit.sources.cleaning import EMAIL_MARK, is_missing_name

# Accounts of the site itself, which author nothing, in lower case.
_HOUSE_ACCOUNTS = frozenset({"maintbot", "testuser", "wpblocked"})
# Only with its semicolon: in a name such as R&D an ampersand is an ampersand.
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]\w*);", re.IGNORECASE | re.ASCII)
_BLANK = re.compile(r"\s")


@lru_cache(1 << 12)
def plain_name(text: str) -> str:
    """The name of a user or person without outer blanks, and with its HTML entities resolved, however often escaped."""
    while (plain := _ENTITY.sub(lambda found: unescape(found[0]), text)) != text:
        text = plain
    return text.strip()


@lru_cache(1 << 12)
def account(text: str) -> str:
    """The account of a user name: blanks are underscores, as in the addresses of the wiki that made the accounts."""
    return _BLANK.sub("_", plain_name(text))


def user(text: str) -> str:
    """The CURIE of a user. Raises IdentifierError when the name says nothing."""
    return curie("user", account(text))


def author_address(text: str) -> str:
    """The address of an author's page, whose file is called like the user, blanks included."""
    return f"wikipathways-site:authors/{percent_encode(plain_name(text))}.html"


def users(texts: Iterable[str]) -> list[str]:
    """User names that stand for somebody, each account once, as it is written first."""
    found: dict[str, str] = {}
    for text in texts:
        if not is_missing_name(plain_name(text)) and EMAIL_MARK not in text:
            found.setdefault(account(text), text)
    return list(found.values())


def real_name(text: str, site: Site) -> str | None:
    """The name that the page of a user gives; None when there is none."""
    known = site.person(account(text))
    return None if known == account(text) else known


def is_house_account(text: str, realname: str | None) -> bool:
    """Whether an account is one of the site's own, by its name or by its real name."""
    return any(account(name).casefold() in _HOUSE_ACCOUNTS for name in (text, realname or ""))


@lru_cache(1 << 12)
def is_ip_address(text: str) -> bool:
    """Whether a user name is an IP address: somebody who edited without an account."""
    try:
        ip_address(plain_name(text))
    except ValueError:
        return False
    return True


def person(text: str, realname: str | None, **terms: Any) -> Node:  # noqa: ANN401 - JSON-LD values
    """The node of a user with more terms: a foaf:Person, called by the real name, else by the user name.

    Who has only an IP address is no person and has no name; an account of the site has a name, and is no person.
    """
    is_nobody = is_ip_address(text)
    return node(
        id=user(text),
        type=None if is_nobody or is_house_account(text, realname) else "Person",
        name=None if is_nobody else realname or plain_name(text),
        homepage=author_address(text),
        **terms,
    )
