"""IRIs: what is one, and those that the nodes of a block get under the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pyoxigraph as ox

from rdfkit.mapping.schema_org.problems import Problems
from rdfkit.mapping.schema_org.trees import mappings
from rdfkit.rdf.iris import percent_encode
from rdfkit.sources.yaml_reader import KeyPath, Value

_WEB_ADDRESS = re.compile(r"https?://[^/?#]", re.IGNORECASE)
# Anything else before the colon is more likely a prefix that nobody declared.
_SCHEMES = re.compile("acct|data|did|file|ftp|geo|https?|info|mailto|ni|tag|tel|urn", re.IGNORECASE)
# Fragments that other parts of a page's graph use.
_RESERVED = re.compile(r"source|article|(mention|genid)-\d+")


def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI (RFC 3987), as the JSON-LD processor checks it."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def is_web_address(text: str) -> bool:
    """Whether a text is an absolute IRI of http or https."""
    return _WEB_ADDRESS.match(text) is not None and is_iri(text)


def check_scheme(problems: Problems, iri: str, path: KeyPath) -> None:
    """Notes an IRI that looks like a name with a prefix that nobody declared."""
    scheme = iri.partition(":")[0]
    if _SCHEMES.fullmatch(scheme) is None:
        problems.note(
            "schema-iri",
            f'"{scheme}:" is no prefix of the context and no known scheme, so it is an IRI as it stands',
            path,
            iri,
        )


@dataclass(slots=True)
class Names:
    """The IRIs under a page: which are in use, and new ones."""

    page: str
    taken: set[str] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)
    # The new names, each with its number before.
    issued: list[tuple[str, int, str]] = field(default_factory=list)
    # The unusable @id of the first mapping, which the page stands in for.
    page_alias: str | None = None

    def take_back(self, count: int, page_alias: str | None) -> None:
        """Takes back the new names but for the first `count`, and what the page is also called."""
        while len(self.issued) > count:
            name, number, iri = self.issued.pop()
            self.numbers[name] = number
            self.taken.discard(iri)
        self.page_alias = page_alias

    def reserve(self, block: Value) -> None:
        """Remembers every IRI that the block gives itself, so that no generated one is the same."""
        for _, mapping in mappings(block, ()):
            for key in ("@id", "id"):
                text = mapping.get(key)
                if isinstance(text, str):
                    self.taken.add(text if is_iri(text) else self.local(text))

    def local(self, text: str) -> str:
        """The IRI under the page of a blank node label, fragment or relative IRI, always the same."""
        if text == self.page_alias:
            return self.page
        name = text.removeprefix("_:").removeprefix("#")
        iri = self._fragment(name)
        return iri if is_iri(iri) else self._fragment(percent_encode(name))

    def fresh(self, name: str) -> str:
        """An IRI under the page that nothing else has: `name`, or `name-2` and so on."""
        before = self.numbers.get(name, 0)
        number = before + 1
        while not self._is_free(numbered(name, number)):
            number += 1
        self.numbers[name] = number
        iri = self._fragment(numbered(name, number))
        self.taken.add(iri)
        self.issued.append((name, before, iri))
        return iri

    def _is_free(self, name: str) -> bool:
        return self._fragment(name) not in self.taken and _RESERVED.fullmatch(name) is None

    def _fragment(self, name: str) -> str:
        # An IRI has one fragment, https://www.rfc-editor.org/rfc/rfc3986#section-3.5
        return f"{self.page}{'-' if '#' in self.page else '#'}{name}"


def numbered(name: str, number: int) -> str:
    """The name of the first, second and later things of one name: `creator`, `creator-2`."""
    return f"{name}-{number}" if number > 1 else name
