"""Answers the look-ups of pages, from what all pages of a site and the user's files say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rdfkit.mapping.lookups import Lookup, genes_text, shipped_answer
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.lookups import definitions
from rdfkit.sources.lexicons import better, read_lexicon
from rdfkit.sources.ontologies import model
from rdfkit.sources.ontologies.model import Ontology

_LEARNED = "learnedLexicon"


@dataclass(frozen=True)
class Resolver:
    """Answers from the pages of a database and the files that the user names.

    `lexicons` are files of genes, read when a page looks up a gene; `ontologies` have terms with labels.
    """

    database: Database
    lexicons: tuple[Path, ...]
    ontologies: tuple[Ontology, ...]

    def answers(self, lookups: Iterable[Lookup]) -> dict[Lookup, str]:
        """The answer to each look-up; "" where nobody knows. Raises LexiconError."""
        wanted = list(lookups)
        genes = self._genes(key for topic, key in wanted if topic == "gene")
        return {
            lookup: genes_text(genes[lookup[1]]) if lookup[0] == "gene" else self._answer(lookup)
            for lookup in wanted
        }

    def _answer(self, lookup: Lookup) -> str:
        """The last page that says something counts; pages go before ontologies, and these before the package."""
        said = definitions(self.database, lookup)
        if said:
            return said[-1]
        prefix, _, label = lookup[1].partition("\t")
        known = self._labels.get((prefix, label)) if lookup[0] == "term" else None
        return known or shipped_answer(lookup)

    def _genes(self, keys: Iterable[str]) -> dict[str, dict[str, str]]:
        """Entrez id → source for each (symbol, taxon). A file goes before all that pages teach of one."""
        wanted = dict.fromkeys(keys)
        said: dict[str, dict[str, str]] = {}
        for path in self.lexicons if wanted else ():
            for entry in read_lexicon(path):
                if (key := f"{entry.symbol}\t{entry.taxon}") in wanted:
                    genes = said.setdefault(key, {})
                    genes[entry.entrez] = better(genes.get(entry.entrez, entry.source), entry.source)
        taught = (key for key in wanted if key not in said)
        return said | {
            key: dict.fromkeys(definitions(self.database, ("gene", key)), _LEARNED) for key in taught
        }

    @cached_property
    def _labels(self) -> Mapping[tuple[str, str], str]:
        return model.labels(self.ontologies)
