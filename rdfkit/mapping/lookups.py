"""What a page looks up in the rest of the site, and what it defines there for other pages.

Both are noted, so that a page is mapped anew when, and only when, an answer that it was given has changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from rdfkit.package_data import beside, read_rows
from rdfkit.sources.lexicons import Entry, folded, shipped_taxon

# (topic, key): ("taxon", folded Latin name), ("gene", symbol TAB taxon), ("term", prefix TAB label),
# ("described", CURIE of a term), ("person", account), ("title", folded title TAB organisms).
Lookup = tuple[str, str]
# One text; "" for a thing that nobody knows. The genes of a symbol are "ENTREZ SOURCE" pairs, separated by commas;
# pathways of a title are, too; what is said of a term is JSON.
Answers = Mapping[Lookup, str]
# (topic, key, value): what a page says that answers a look-up.
Definition = tuple[str, str, str]

# The CURIE of a term, or its IRI where the prefix map has none, and its label.
NamedTerm = tuple[str, str | None]
_NO_ANSWERS: Answers = MappingProxyType({})


class TermFacts(NamedTuple):
    """What the ontology files say of a term.

    In place of an obsolete one the terms of `replaced_by` are to be used, or one of `consider`.
    """

    label: str | None = None
    obsolete: bool = False
    replaced_by: tuple[NamedTerm, ...] = ()
    consider: tuple[NamedTerm, ...] = ()

    def to_text(self) -> str:
        """As the answer to a look-up."""
        return json.dumps(self, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> TermFacts:
        """The facts of an answer."""
        label, obsolete, *others = json.loads(text)
        return cls(label, obsolete, *(tuple((name, label) for name, label in terms) for terms in others))


@cache
def top_terms() -> Mapping[tuple[str, str], str]:
    """The five top terms of the Pathway Ontology, from `top-terms.tsv`."""
    rows = read_rows(beside(__file__, "top-terms.tsv"))
    return {(term.partition(":")[0], label): term for term, label in rows}


def shipped_answer(lookup: Lookup) -> str:
    """What the package itself knows: names of organisms and the top terms; "" when it knows nothing."""
    topic, key = lookup
    if topic == "taxon":
        return shipped_taxon(key) or ""
    prefix, _, label = key.partition("\t")
    return top_terms().get((prefix, label), "") if topic == "term" else ""


def genes_text(genes: Mapping[str, str]) -> str:
    """The answer to the look-up of a symbol: Entrez id → source, sorted."""
    return ",".join(f"{entrez} {source}" for entrez, source in sorted(genes.items()))


class Site:
    """The site as one page sees it while it is read.

    `answers` are known for certain. What they lack the package answers, if it can. `lookups` has every look-up with
    the answer it got, `is_guess` says that one of them had no answer at all; `definitions` are what the page defines.
    """

    def __init__(self, answers: Answers = _NO_ANSWERS) -> None:
        self._answers = answers
        self.lookups: dict[Lookup, str] = {}
        self.definitions: dict[Definition, None] = {}
        self.is_guess = False

    def taxon(self, name: str) -> str | None:
        """The NCBI taxon id of a Latin name, whatever its case and spacing; None when nobody knows it."""
        return self._answer(("taxon", folded(name))) or None

    def taxa(self, names: Iterable[str]) -> list[str]:
        """The NCBI taxon ids of Latin names, each once, without those of unknown names."""
        return list(dict.fromkeys(filter(None, map(self.taxon, names))))

    def term(self, prefix: str, label: str) -> str | None:
        """The CURIE of the term of an ontology with this label."""
        return self._answer(("term", f"{prefix}\t{label}")) or None

    def described(self, term: str) -> TermFacts | None:
        """What the ontology files of the build say of a term (CURIE); None when none has it."""
        answer = self._answer(("described", term))
        return TermFacts.from_text(answer) if answer else None

    def titled(self, key: str) -> list[str]:
        """The identifiers of the pathways with a title, in the order of the pages."""
        answer = self._answer(("title", key))
        return answer.split(",") if answer else []

    def person(self, user: str) -> str:
        """The real name of an account; the account itself when nobody knows it."""
        return self._answer(("person", user)) or user

    def gene(self, symbol: str, taxa: Iterable[str]) -> Entry | None:
        """The gene of a symbol, if there is exactly one over all the taxa given; else None. Case counts."""
        found = []
        for taxon in dict.fromkeys(taxa):
            answer = self._answer(("gene", f"{symbol}\t{taxon}"))
            for pair in answer.split(",") if answer else ():
                entrez, source = pair.split(" ")
                found.append(Entry(symbol, taxon, entrez, source))
        return found[0] if len(found) == 1 else None

    def define_taxon(self, name: str, taxon: str) -> None:
        """Notes that the page gives a Latin name its taxon. It goes before what the package says."""
        self._define("taxon", folded(name), taxon)

    def define_term(self, prefix: str, label: str, term: str) -> None:
        """Notes that the page gives a term its label."""
        self._define("term", f"{prefix}\t{label}", term)

    def define_person(self, user: str, name: str) -> None:
        """Notes that the page gives an account a real name."""
        self._define("person", user, name)

    def define_title(self, key: str, pathway: str) -> None:
        """Notes that the page is about a pathway of this title."""
        self._define("title", key, pathway)

    def define_gene(self, symbol: str, taxon: str, entrez: str) -> None:
        """Notes that the page names a gene by its symbol."""
        self._define("gene", f"{symbol}\t{taxon}", entrez)

    def _define(self, topic: str, key: str, value: str) -> None:
        self.definitions[topic, key, value] = None

    def _answer(self, lookup: Lookup) -> str:
        known = self.lookups.get(lookup)
        if known is None:
            known = self._answers.get(lookup)
            if known is None:
                known = shipped_answer(lookup)
                self.is_guess = self.is_guess or not known
            self.lookups[lookup] = known
        return known
