"""What Oxigraph's JSON-LD processor reads in the single entries of a block.

JSON-LD drops what it cannot map without a word, and the statements that are left do not tell where they come from.
So each entry is read in a small document of its own, with the contexts and types that stand around it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pyoxigraph as ox

from rdfkit.mapping.schema_org.contexts import packaged_context

# The node that an entry is read for, and a node that it is asked to refer to.
# No prefix of a context changes an IRI with two slashes after the colon.
_OURS = "rdfkit://"
HERE = f"{_OURS}here"
THERE = f"{_OURS}there"
# Relative IRIs would vanish without a base. With this one they can be told from all others.
_BASE = f"{_OURS}relative/"

# How many small documents one call of the parser gets, and how many bad ones are looked for one by one.
_BATCH = 2000
_MAX_REFUSED = 100

_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_FIRST = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#first")

Node = dict[str, Any]


class Reading(NamedTuple):
    """The statements of a small document, or why the processor does not take it."""

    quads: tuple[ox.Quad, ...] = ()
    refusal: str | None = None

    def predicate(self) -> str | None:
        """The predicate of the statement about HERE, None when there is none."""
        return next((predicate for predicate, _ in self._statements()), None)

    def is_list(self) -> bool:
        """Whether that statement says a list."""
        return any(isinstance(term, ox.BlankNode) for _, term in self._statements())

    def value(self) -> ox.NamedNode | ox.Literal | None:
        """What that statement, or the list in it, says of HERE; None when it is no absolute IRI and no literal."""
        term = next((term for _, term in self._statements()), None)
        value = self._lists().get(term, term)
        if isinstance(value, ox.Literal):
            return None if value.datatype.value.startswith(_OURS) else value
        return _absolute(value)

    def type(self) -> str | None:
        """The type of HERE, None when it is no absolute IRI."""
        types = [quad.object for quad in self.quads if _is_here(quad.subject) and quad.predicate == _TYPE]
        return next((iri.value for term in types if (iri := _absolute(term))), None)

    def subject(self) -> str | None:
        """The IRI of the node whose type is HERE, None when it is not absolute."""
        nodes = [quad.subject for quad in self.quads if _is_here(quad.object)]
        return next((iri.value for term in nodes if (iri := _absolute(term))), None)

    def _lists(self) -> dict[object, object]:
        return {quad.subject: quad.object for quad in self.quads if quad.predicate == _FIRST}

    def _statements(self) -> Iterator[tuple[str, object]]:
        """Predicate and other end of the statements about HERE, but for its types and what links it to others.

        The nodes around it are blank.
        """
        lists = self._lists()
        for quad in self.quads:
            if quad.predicate == _FIRST or not (_is_here(quad.subject) or _is_here(quad.object)):
                continue
            other = quad.object if _is_here(quad.subject) else quad.subject
            is_value = isinstance(other, ox.Literal) or other == ox.NamedNode(THERE)
            is_around = isinstance(other, ox.BlankNode) and other not in lists
            if not is_around and (is_value or quad.predicate != _TYPE):
                yield quad.predicate.value, other


# What `Reader.want` gives: a statement of which nothing is known.
_UNREAD = Reading((ox.Quad(ox.NamedNode(HERE), ox.NamedNode(THERE), ox.NamedNode(THERE)),))


class Reader:
    """Reads small documents with one context. Those that `want` names first are read together, which is much faster."""

    def __init__(self, context: Any) -> None:  # noqa: ANN401 - a JSON-LD context
        self._context = context
        self._known: dict[str, Reading] = {}
        self._wanted: dict[str, None] = {}

    def want(self, document: Node) -> Reading:
        """Remembers a document for `read_wanted`. The reading that it gives is not yet that of the document."""
        self._wanted[json.dumps(document)] = None
        return _UNREAD

    def read_wanted(self) -> bool:
        """Reads the documents that were wanted. False when there were none."""
        texts, self._wanted = list(self._wanted), {}
        for start in range(0, len(texts), _BATCH):
            self._read(texts[start : start + _BATCH])
        return bool(texts)

    def read(self, document: Node) -> Reading:
        """What the processor reads in a document."""
        text = json.dumps(document)
        if text not in self._known:
            self._read([text])
        return self._known[text]

    def refusal(self) -> str | None:
        """Why the processor does not take the context, None if it does."""
        return self.read({}).refusal

    def _read(self, texts: list[str]) -> None:
        # The name of its graph tells from which document a statement is.
        graphs = ",".join(f'{{"@id":"{_OURS}{i}","@graph":{text}}}' for i, text in enumerate(texts))
        whole = f'{{"@context":{_as_json(self._context)},"@graph":[{graphs}]}}'
        found: dict[str, list[ox.Quad]] = {}
        try:
            for quad in ox.parse(whole.encode(), ox.RdfFormat.JSON_LD, base_iri=_BASE):
                found.setdefault(str(quad.graph_name), []).append(quad)
        except SyntaxError as error:
            self._read_apart(texts, error.msg)
            return
        for number, text in enumerate(texts):
            self._known[text] = Reading(tuple(found.get(f"<{_OURS}{number}>", ())))

    def _read_apart(self, texts: list[str], refusal: str) -> None:
        refused = sum(reading.refusal is not None for reading in self._known.values())
        if len(texts) == 1 or refused >= _MAX_REFUSED:
            self._known.update(dict.fromkeys(texts, Reading(refusal=refusal)))
            return
        middle = len(texts) // 2
        self._read(texts[:middle])
        self._read(texts[middle:])


def _as_json(context: Any) -> str:  # noqa: ANN401 - a JSON-LD context
    return _packaged_json() if context is packaged_context() else json.dumps(context)


@cache
def _packaged_json() -> str:
    return json.dumps(packaged_context())


def _is_here(term: object) -> bool:
    return isinstance(term, ox.NamedNode) and term.value == HERE


def _absolute(term: object) -> ox.NamedNode | None:
    """The IRI that a term is, None when it is none or was relative."""
    return term if isinstance(term, ox.NamedNode) and not term.value.startswith(_OURS) else None
