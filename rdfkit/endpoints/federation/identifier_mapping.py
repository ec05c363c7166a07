"""Identifiers across endpoints: how an endpoint writes what we write, there and back.

A form is an IRI with one `{id}` in it (`http://purl.uniprot.org/geneid/{id}`), or a plain literal with one (`"{id}"`,
`"DOID:{id}"`). An IRI of a form is ours again wherever it stands in an answer. A literal says too little for that:
"3569" is a gene only where a gene was asked for. It is ours again only as one of the `Keys` that were sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from rdfkit.endpoints.registry import Endpoint
from rdfkit.errors import EndpointError
from rdfkit.rdf.identifiers import local_pattern, prefix_map
from rdfkit.rdf.iris import is_iri
from rdfkit.rdf.terms import Term

_ID = "{id}"
_LITERAL = re.compile(r'"([^"\\\n]*)"')
# Where a prefix takes any text: one step of a path, so that what hangs on a thing is not taken for the thing.
_ONE_STEP = re.compile(r"[^/?#]+")


@dataclass(frozen=True, slots=True)
class Form:
    """How an endpoint writes the identifiers of a prefix: `start`, identifier, `end`; as an IRI or a plain literal."""

    prefix: str
    namespace: str
    start: str
    end: str
    is_literal: bool

    @property
    def text(self) -> str:
        """The form in Turtle, with `{id}` for the identifier."""
        plain = self.start + _ID + self.end
        return f'"{plain}"' if self.is_literal else f"<{plain}>"

    def write(self, ours: Term) -> Term | None:
        """Our IRI in this form; None when it is none of this prefix."""
        local = _between(ours, self.namespace, "")
        if local is None or not self._fits(local):
            return None
        written = self.start + local + self.end
        return ox.Literal(written) if self.is_literal else ox.NamedNode(written)

    def read(self, theirs: Term) -> Term | None:
        """An IRI in this form as ours; None for any other term."""
        local = None if self.is_literal else _between(theirs, self.start, self.end)
        return ox.NamedNode(self.namespace + local) if local is not None and self._fits(local) else None

    def _fits(self, local: str) -> bool:
        return (local_pattern(self.prefix) or _ONE_STEP).fullmatch(local) is not None


class Bridge:
    """The forms of one endpoint. Without forms every term stays as it is.

    Raises EndpointError when a form is malformed.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._forms = tuple(_form(endpoint, prefix, text) for prefix, text in endpoint.forms.items())
        # The longest start first: of two namespaces of which one begins with the other, the narrower one counts.
        self._writing = sorted(self._forms, key=lambda form: -len(form.namespace))
        self._reading = sorted(self._forms, key=lambda form: -len(form.start))

    def __bool__(self) -> bool:
        """Whether there is anything to bridge."""
        return bool(self._forms)

    def outward(self, term: Term) -> Term:
        """A term of ours as the endpoint writes it. What has no form there, or could not come back, stays as it is."""
        form = self.form_of(term)
        written = form.write(term) if form is not None else None
        if form is None or written is None or form.is_literal:
            return written or term
        return written if self._read(written) == term else term

    def inward(self, term: Term) -> Term:
        """An IRI of the endpoint as we write it. Any other term, and so every literal, stays as it is."""
        read = self._read(term)
        form = self.form_of(read) if read is not None else None
        return read if read is not None and form is not None and form.write(read) == term else term

    def keys(self, keys: Iterable[Term]) -> Keys:
        """The keys of one variable as they are sent. Raises EndpointError as `Keys` says."""
        return Keys(self, keys)

    def describe(self) -> tuple[str, ...]:
        """What becomes what, for the plan: `ncbigene:{id} → <http://purl.uniprot.org/geneid/{id}>`."""
        return tuple(f"{form.prefix}:{_ID} → {form.text}" for form in self._forms)

    def form_of(self, ours: Term) -> Form | None:
        """The form that the endpoint has for a term of ours, if any."""
        return next((form for form in self._writing if form.write(ours) is not None), None)

    def _read(self, theirs: Term) -> Term | None:
        return next((read for form in self._reading if (read := form.read(theirs)) is not None), None)


class Keys:
    """The keys of one variable: how they are sent, and what each that comes back was.

    Raises EndpointError when keys of several prefixes, or of a prefix and literals of their own, would all be sent as
    literals: "3569" may be a gene and an article, and the endpoint could not know which was meant.
    """

    def __init__(self, bridge: Bridge, keys: Iterable[Term]) -> None:
        self._bridge = bridge
        self._ours: dict[Term, list[Term]] = {}
        kinds: set[str] = set()
        for key in dict.fromkeys(keys):
            sent, form = bridge.outward(key), bridge.form_of(key)
            self._ours.setdefault(sent, []).append(key)
            if isinstance(sent, ox.Literal):
                kinds.add(f"{form.prefix}:" if form is not None else "literals")
        if len(kinds) > 1:
            raise EndpointError(
                "keys of several kinds would all be sent as literals",
                value=" and ".join(sorted(kinds)),
                expected="keys of one kind for a variable, or no bridging",
            )

    @property
    def sent(self) -> tuple[Term, ...]:
        """The keys as they are sent, each once, in the order in which they came."""
        return tuple(self._ours)

    def ours(self, term: Term) -> tuple[Term, ...]:
        """The keys that were sent as this term: more than one when we have several names for one thing.

        A term that was not sent is read as any other term of the endpoint.
        """
        return tuple(self._ours.get(term) or (self._bridge.inward(term),))


def _between(term: Term, start: str, end: str) -> str | None:
    """What stands between the start and the end of an IRI."""
    if not isinstance(term, ox.NamedNode):
        return None
    iri = term.value
    if len(iri) <= len(start) + len(end) or not iri.startswith(start) or not iri.endswith(end):
        return None
    return iri[len(start) : len(iri) - len(end)]


def _form(endpoint: Endpoint, prefix: str, text: str) -> Form:
    literal = _LITERAL.fullmatch(text)
    start, found, end = (literal[1] if literal is not None else text).partition(_ID)
    is_form = bool(found) and _ID not in end and (literal is not None or is_iri(f"{start}1{end}"))
    namespace = prefix_map().get(prefix)
    if namespace is None or not is_form:
        raise EndpointError(
            "is not a form of a prefix of the data model",
            key=f"{endpoint.label}.forms.{prefix}",
            value=text,
            expected='such as ncbigene = "http://purl.uniprot.org/geneid/{id}"',
        )
    return Form(prefix, namespace, start, end, literal is not None)
