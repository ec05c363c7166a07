"""What a figure mentions: genes, chemicals and diseases, and the mentions themselves."""

from __future__ import annotations

from typing import NamedTuple

from rdfkit.mapping.document import Node
from rdfkit.mapping.profiles import page_about, profile
from rdfkit.mapping.shaping import node, reference
from rdfkit.rdf.identifiers import is_missing

# Gene rows inside the front matter carry HGNC symbols, so they are human.
HUMAN = "9606"
OTHER_SPECIES = "pfocr:otherSpecies"


class Gene(NamedTuple):
    """A gene: its CURIE, its symbol and its taxon."""

    name: str
    symbol: str | None
    taxon: str | None

    def node(self) -> Node:
        """What a figure says of the gene."""
        return node(
            id=self.name,
            type="Gene",
            label=self.symbol,
            name=self.symbol,
            identifier=self.name,
            url=page_about(self.name),
            profile=profile("Gene", self.symbol),
            entrezGene=self.name,
            hgncSymbol=self._hgnc_symbol(),
            taxonomicRange=f"NCBITaxon:{self.taxon}" if self.taxon else None,
        )

    def _hgnc_symbol(self) -> str | Node | None:
        # A gene may be called NA, but none that HGNC has named.
        known = self.symbol is not None and not is_missing(self.symbol)
        return reference("hgnc.symbol", self.symbol) if known and self.taxon == HUMAN else None


class MeshTerm(NamedTuple):
    """A chemical or a disease: its CURIE, its type and label, and the same in ChEBI and in the Disease Ontology."""

    name: str
    type: str
    label: str | None = None
    chemical: str | None = None
    disease: str | None = None
    label_there: str | None = None

    def node(self) -> Node:
        """What a figure says of the term."""
        there = {"label": self.label_there}
        return node(
            id=self.name,
            type=self.type,
            label=self.label,
            name=self.label,
            identifier=self.name,
            url=page_about(self.name),
            profile=profile(self.type, self.label),
            chebiEntity=node(id=self.chemical, **there) if self.chemical else None,
            diseaseTerm=node(id=self.disease, type="Class", **there) if self.disease else None,
        )


class Mention(NamedTuple):
    """What was read in a figure and what it was matched to.

    `word` as it stands in the figure, `symbol` as it was matched, `lexicon` where it was found, `entity` what it
    is, or the text of an identifier that fails, or None. `id_key` is the key that named the entity. `evidence` says how
    the entity fits (a CURIE), `counts` what the matcher counted for its species; `derived_from` is the lexicon that
    grounded a keyword.
    """

    word: str | None
    symbol: str | None
    lexicon: str | None
    entity: Gene | MeshTerm | str | None
    id_key: str
    evidence: str | None = None
    counts: tuple[str | None, ...] = (None, None, None)
    derived_from: str | None = None

    @property
    def is_fitting(self) -> bool:
        """Whether the figure mentions the entity: not one of another species."""
        return self.evidence != OTHER_SPECIES
