"""What a page needs to know of the rest of the site: genes, organisms, ontology terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from rdfkit import resources
from rdfkit.lexicon import Lexicon, Taxa


@cache
def top_terms() -> Mapping[tuple[str, str], str]:
    """The five top terms of the Pathway Ontology, from `contexts/top-terms.tsv`."""
    lines = (resources.contexts_folder() / "top-terms.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return {(term.partition(":")[0], label): term for term, label in rows}


@dataclass(frozen=True, slots=True)
class Site:
    """The tables that are the same for all pages of a build.

    `lexicon` grounds symbols, `taxa` names organisms, `terms` maps (prefix, label) to the CURIE of an ontology
    term, `people` user names to real names.
    """

    lexicon: Lexicon = field(default_factory=Lexicon)
    taxa: Taxa = field(default_factory=Taxa)
    terms: dict[tuple[str, str], str] = field(default_factory=lambda: dict(top_terms()))
    people: dict[str, str] = field(default_factory=dict)

    def term(self, prefix: str, label: str) -> str | None:
        """The CURIE of the term of an ontology with this label."""
        return self.terms.get((prefix, label))
