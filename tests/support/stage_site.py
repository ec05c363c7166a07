"""A site of some pages with the stage of a store, on which single stages of a build are run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from string import Template
from typing import Any

import pyoxigraph as ox

from rdfkit.pipeline.progress import no_progress
from rdfkit.pipeline.scan import scan
from rdfkit.pipeline.stages.convert import begin, convert
from rdfkit.pipeline.stages.run import Changes, Phase, Request, Run, open_run
from rdfkit.pipeline.stages.settle import settle
from rdfkit.pipeline.stages.share import settle_new, settle_shared
from rdfkit.pipeline.state.database import Database
from rdfkit.rdf.graphs import shared_graphs
from rdfkit.store.builds import Stage
from rdfkit.store.catalogue import spaces
from rdfkit.validation import validator

FIGURE = Template("""---
figid: $figid
pmcid: PMC1
papertitle: One title
year: '$year'
organisms: Homo sapiens
schema-jsonld:
  '@context': https://schema.org/
  '@id': https://pfocr.wikipathways.org/figures/$figid.html
  '@type': Dataset
  keywords: [$word]
$genes---
""")
GENE = Template("""genes:
- {word: $symbol, symbol: $symbol, hgnc_symbol: $symbol, source: hgnc_symbol, entrez: '$entrez'}
""")


@dataclass(frozen=True)
class Site:
    """Pages in a folder, and the stage and the database of one build of them."""

    folder: Path
    stage: Stage
    database: Database

    def write(
        self,
        name: str,
        figid: str | None = None,
        *,
        year: str = "2003",
        word: str = "IL6",
        gene: tuple[str, str] | None = ("IL6", "3569"),
    ) -> str:
        """Writes a figure page with a keyword, or with a gene (symbol, Entrez id); gives the IRI of its graph."""
        figid = figid or f"PMC1__{name}"
        genes = GENE.substitute(symbol=gene[0], entrez=gene[1]) if gene else ""
        text = FIGURE.substitute(figid=figid, year=year, word=word, genes=genes)
        (self.folder / f"{name}.md").write_text(text, encoding="utf-8")
        return f"https://pfocr.wikipathways.org/figures/{figid}.html"

    def run(self, **options: Any) -> Run:
        """A run on the stage, begun and with the files scanned."""
        request = Request((str(self.folder),), validator.load_shapes())
        run = open_run(replace(request, **options), self.stage, self.database, no_progress)
        begin(run)
        scan(run.request.sources, (), self.database)
        return run

    def settled(self, **options: Any) -> tuple[Run, Changes]:
        """A run whose pages are converted and settled, and so are the graphs that they share."""
        run = self.run(**options)
        changes = settle(run, convert(run))
        (settle_shared if run.is_change else settle_new)(run)
        return run, changes

    def finish(self) -> None:
        """Has the next run go on from this one."""
        self.database.set("phase", Phase.DONE)

    def graphs(self) -> dict[str, int]:
        """How many quads each graph of a page has, of those that have any."""
        found: dict[str, int] = {}
        shared = {graph for space in spaces() for graph in shared_graphs(space)}
        for quad in self.stage.graph:
            if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value not in shared:
                found[quad.graph_name.value] = found.get(quad.graph_name.value, 0) + 1
        return found

    def state(self, name: str) -> str:
        """The state of a page."""
        path = str(self.folder / f"{name}.md")
        return str(self.database.run("SELECT state FROM page WHERE path = ?", (path,)).fetchone()[0])
