"""Whether an entity is of a species of its figure."""

from __future__ import annotations

import pytest

from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts.species import Species
from rdfkit.mapping.recognition import parse_page
from rdfkit.rdf.taxa import packaged_taxa
from rdfkit.sources.discovery import SourceFile
from rdfkit.sources.lexicons import folded


def _species(*names: str) -> Species:
    known = {folded(name): taxon for name, taxon in packaged_taxa().items()}
    taxa = [known.get(folded(name)) for name in names]
    return Species(tuple(map(folded, names)), frozenset(filter(None, taxa)), all(taxa))


@pytest.mark.parametrize(
    ("names", "taxon", "name", "is_other"),
    [
        (["Homo sapiens"], "9606", "Homo sapiens", False),
        (["Homo sapiens"], "10090", "Mus musculus", True),
        (["Homo sapiens"], "10090", None, True),
        (["Homo sapiens", "Mus musculus"], "10090", "Mus musculus", False),
        # The poppy has no taxon here, but it is not human.
        (["Eschscholzia californica"], "9606", "Homo sapiens", True),
        (["Eschscholzia californica"], "9606", None, True),
        (["Eschscholzia californica"], "3467", "Eschscholzia californica", False),
        # The number may be the poppy's.
        (["Eschscholzia californica"], "3467", None, False),
        # Nobody can tell.
        ([], "9606", "Homo sapiens", False),
        (["Homo sapiens"], None, None, False),
        # Strains, subspecies and genera.
        (["Saccharomyces cerevisiae"], "559292", "Saccharomyces cerevisiae S288C", False),
        (["Escherichia coli K-12"], "562", "Escherichia coli", False),
        (["Oryza sativa"], "39947", "Oryza sativa Japonica Group", False),
        (["Canis lupus"], "9615", "Canis lupus familiaris", False),
        (["Mus"], "10090", "Mus musculus", False),
        # A known name of the taxon, whatever the row calls it.
        (["Canis lupus"], "9615", "Canis familiaris", False),
        (["Canis lupus"], "9913", "Bos taurus", True),
        (["Saccharomyces cerevisiae"], "4896", "Schizosaccharomyces pombe", True),
        # Viruses.
        (["Coronaviridae"], "2697049", "Severe acute respiratory syndrome coronavirus 2", False),
        (["Coronaviridae", "Mus musculus"], "9606", "Homo sapiens", True),
        (["Hepatitis B virus"], "11676", "Human immunodeficiency virus 1", True),
        (["SARS-CoV-2"], "2697049", "Severe acute respiratory syndrome coronavirus 2", False),
    ],
)
def test_is_other(names: list[str], taxon: str | None, name: str | None, is_other: bool) -> None:
    assert _species(*names).is_other(taxon, name) is is_other


@pytest.mark.parametrize("written", ["Mouse", "[' mice ']", "[MOUSE, Homo sapiens]"])
def test_a_page_may_call_its_species_as_people_do(written: str) -> None:
    text = f"---\nfigid: PMC1__f1\norganisms: {written}\n---\n"
    page = parse_page(text.encode(), SourceFile("x.md", "x.md", "x.md", named=True))
    species = Species.of(Fields(page), Site())
    assert not species.is_other("10090", "Mus musculus")
    assert species.is_other("10116", "Rattus norvegicus")
