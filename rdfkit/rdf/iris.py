"""IRIs: whether a text is one, and percent-encoding."""

from __future__ import annotations

import re
from urllib.parse import quote

import pyoxigraph as ox

# RFC 3987: what may stand in an IRI beside letters, digits and non-ASCII text. "%" is not here, so a
# per cent sign in a name is encoded too and decoding gives the name back.
_SAFE_IN_IRI = "-._~!$&'()*+,;=:@/"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_ENCODED = re.compile(f"[^A-Za-z0-9{re.escape(_SAFE_IN_IRI)}]")
_ESCAPE_OR_MARK = re.compile(r"(%[0-9A-Fa-f]{2}|[?#\[\]])")


def is_iri(text: str) -> bool:
    """Whether Oxigraph takes a text for an absolute IRI (RFC 3987)."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def percent_encode(text: str) -> str:
    """The text as part of an IRI: what RFC 3987 does not allow there is percent-encoded as UTF-8.

    Letters beyond ASCII stay when they may stand in an IRI; spaces and control characters never do.
    """
    # Most identifiers have only letters and digits, which all stay.
    return text if text.isalnum() else _ENCODED.sub(_encoded, text)


def encode_address(text: str) -> str:
    """The text as the path of an address: like `percent_encode`, but what is an address already stays so.

    Escapes such as `%20` and the marks of query and fragment are kept.
    """
    parts = _ESCAPE_OR_MARK.split(text)
    return "".join(part if index % 2 else percent_encode(part) for index, part in enumerate(parts))


def part_of(page: str, name: str) -> str:
    """The IRI of a part of a page, by its name: `PAGE#figure`. An IRI has one fragment, RFC 3986, section 3.5."""
    return f"{page}{'-' if '#' in page else '#'}{name}"


def page_of_part(part: str, name: str) -> str:
    """The IRI of the page that has a part of this name: what `part_of` was given. Other IRIs come back as they are."""
    return part[: -len(name) - 1] if part.endswith((f"#{name}", f"-{name}")) else part


def _encoded(found: re.Match[str]) -> str:
    # Non-ASCII letters and digits are `ucschar` of RFC 3987; the rest (spaces, controls, private use,
    # lone surrogates) is encoded.
    character = found[0]
    stays = _NOT_ASCII.match(character) is not None and character.isalnum()
    return character if stays else quote(character, safe=_SAFE_IN_IRI)
