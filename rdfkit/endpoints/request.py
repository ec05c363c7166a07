"""Requests to endpoints as they are sent: method, URL, headers and body (SPARQL 1.1 Protocol)."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from rdfkit.endpoints.http.cache import Kept
from rdfkit.endpoints.registry import Endpoint, origin
from rdfkit.endpoints.result_parser import ACCEPT_GRAPH, accept
from rdfkit.errors import QueryError
from rdfkit.sparql.query import QueryText
from rdfkit.version import __version__

# What asks an endpoint to describe itself.
NOTHING = ""
_FORM = "application/x-www-form-urlencoded"
# A cache asks by GET, since answers to POST are not cached; longer URLs are refused by many servers.
_LONGEST_URL = 6000


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is sent, and which endpoint and query it is of."""

    endpoint: str
    text: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    success: Container[int] = (200,)


def user_agent(contact: str | None) -> str:
    """The User-Agent, as the policy of Wikimedia asks for it: what asks, and whom to write to.

    Raises QueryError when the contact cannot stand in a header.
    """
    name = f"rdfkit/{__version__}"
    if contact is None:
        return name
    if not contact.strip() or not contact.isprintable() or not contact.isascii():
        raise QueryError("a contact is an address of mail or web, in ASCII", value=contact)
    return f"{name} ({contact.strip()})"


def query_request(
    endpoint: Endpoint, query: QueryText, agent: str, kept: Kept | None, cacheable: bool
) -> Request:
    """The request for a query, or for the endpoint's description when the query is `NOTHING`.

    `kept` is an answer that may still hold. Where answers are `cacheable`, queries go by GET unless they are too long.
    Raises QueryError for a text that is not Unicode.
    """
    text = query.text
    try:
        fields = urlencode([("query", text), *(endpoint.dataset.fields() if endpoint.dataset else ())])
    except UnicodeEncodeError as error:
        raise QueryError("has half of a character in it, which UTF-8 cannot say", value=repr(text)) from error
    headers = {
        "Host": host_header(endpoint.url),
        "Accept": accept(query) if text != NOTHING else ACCEPT_GRAPH,
        "Accept-Encoding": "gzip",
        "User-Agent": agent,
        **(kept.conditions if kept is not None else {}),
    }
    if text == NOTHING:
        return Request(endpoint.url, text, "GET", endpoint.url, headers, None)
    url = f"{endpoint.url}{'&' if '?' in endpoint.url else '?'}{fields}"
    if endpoint.method == "get" or (cacheable and len(url) <= _LONGEST_URL):
        return Request(endpoint.url, text, "GET", url, headers, None)
    body = fields.encode()
    sent = {**headers, "Content-Type": _FORM, "Content-Length": str(len(body))}
    return Request(endpoint.url, text, "POST", endpoint.url, sent, body)


def host_header(url: str) -> str:
    """The Host header for a URL: host and port, without the port that is usual for its scheme."""
    scheme, _, place = origin(url).partition("://")
    usual = {"http": ":80", "https": ":443"}[scheme]
    return place.removesuffix(usual).encode("idna" if not place.isascii() else "ascii").decode()
