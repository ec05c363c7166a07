"""Answers the look-ups of pages, from what all pages of a site and the user's files say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rdfkit.mapping.lookups import Lookup, NamedTerm, TermFacts, genes_text, shipped_answer
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.lookups import definitions
from rdfkit.rdf.identifiers import compress, expand
from rdfkit.sources.lexicons import better, read_lexicon
from rdfkit.sources.ontologies import model
from rdfkit.sources.ontologies.model import Ontology, Term

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
        """The last page that says something counts; pages go before ontologies, and these before the package.

        Of a title all pages count that have it.
        """
        topic, key = lookup
        if topic == "described":
            return self._described(key)
        said = definitions(self.database, lookup)
        if said:
            return ",".join(said) if topic == "title" else said[-1]
        prefix, _, label = key.partition("\t")
        known = self._labels.get((prefix, label)) if topic == "term" else None
        return known or shipped_answer(lookup)

    def _described(self, name: str) -> str:
        """What the ontologies say of a term, by its CURIE."""
        term = self._terms.get(expand(name))
        if term is None:
            return ""
        others = (tuple(map(self._named, iris)) for iris in (term.replaced_by, term.consider))
        return TermFacts(term.label, term.deprecated, *others).to_text()

    def _named(self, iri: str) -> NamedTerm:
        known = self._terms.get(iri)
        return compress(iri), known.label if known else None

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
    def _terms(self) -> Mapping[str, Term]:
        """The terms of all ontologies by IRI, those of the first file that has them."""
        return {term.iri: term for ontology in reversed(self.ontologies) for term in ontology.terms}

    @cached_property
    def _labels(self) -> Mapping[tuple[str, str], str]:
        return model.labels(self.ontologies)
