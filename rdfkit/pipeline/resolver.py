"""What is known of a site beyond one page: answers to the questions of pages, from what all pages and files say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rdfkit import ontologies
from rdfkit.kinds.site import Question, genes_text, shipped_answer
from rdfkit.lexicon import better, read_lexicon
from rdfkit.ontologies import Ontology
from rdfkit.pipeline.state.database import Inventory

_LEARNED = "learnedLexicon"


@dataclass(slots=True)
class Knowledge:
    """The answers that the pages of an inventory and the files that the user names give.

    `lexicons` are files of genes, read when a page asks for a gene; `ontologies` have terms with labels.
    """

    inventory: Inventory
    lexicons: tuple[Path, ...]
    ontologies: tuple[Ontology, ...]
    _terms: dict[tuple[str, str], str] | None = field(default=None)

    def answers(self, questions: Iterable[Question]) -> dict[Question, str]:
        """The answer to each question; "" where nobody knows. Raises LexiconError."""
        asked = list(questions)
        genes = self._genes(key for topic, key in asked if topic == "gene")
        return {
            question: genes_text(genes[question[1]]) if question[0] == "gene" else self._answer(question)
            for question in asked
        }

    def _answer(self, question: Question) -> str:
        """The last page that says something counts; pages go before ontologies, and these before the package."""
        said = self.inventory.lessons(question)
        if said:
            return said[-1]
        prefix, _, label = question[1].partition("\t")
        known = self._labels().get((prefix, label)) if question[0] == "term" else None
        return known or shipped_answer(question)

    def _genes(self, keys: Iterable[str]) -> dict[str, dict[str, str]]:
        """Entrez id → source for each (symbol, taxon)."""
        found = {key: dict.fromkeys(self.inventory.lessons(("gene", key)), _LEARNED) for key in keys}
        if found:
            for path in self.lexicons:
                for entry in read_lexicon(path):
                    genes = found.get(f"{entry.symbol}\t{entry.taxon}")
                    if genes is not None:
                        genes[entry.entrez] = better(genes.get(entry.entrez, entry.source), entry.source)
        return found

    def _labels(self) -> dict[tuple[str, str], str]:
        if self._terms is None:
            self._terms = ontologies.labels(self.ontologies)
        return self._terms
