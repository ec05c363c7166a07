"""The start page, search, and the lists of what there is."""

from __future__ import annotations

from collections.abc import Mapping

from rdfkit.entities.types import kinds
from rdfkit.errors import NotFoundError
from rdfkit.server.views import plots
from rdfkit.server.views.entities import PAGE, page_number
from rdfkit.server.views.rendering import Rendered, Source, address, entry_link, html
from rdfkit.store.coverage import Coverage

_GENES = 15
_FOUND, _OF_EACH = 50, 6
# What the start page counts, and where each is listed.
_COUNTED = {"pathway": "/pathways", "figure": "/figures", "gene": "/genes"}
_ALSO_COUNTED = ("article", "term", "author", "chemical", "disease", "organism", "community")


def home(source: Source, parameters: Mapping[str, str]) -> Rendered:
    """The start page: search, counts, plots, and the account of the build."""
    labels, metadata = source.labels, source.store.metadata
    genes = [entry for entry in labels.browse("gene", limit=200) if entry.figures]
    most = sorted(genes, key=lambda entry: (-entry.figures, entry.label))[:_GENES]
    bars = [plots.Bar(entry.label, entry.page, entry.figures) for entry in most]
    also = {kind: labels.count(kind) for kind in _ALSO_COUNTED}
    account = metadata.get("reconciliation")
    return html(
        "home.html",
        counts=[(kinds()[kind], labels.count(kind), page) for kind, page in _COUNTED.items()],
        more=[(kinds()[kind], number, f"/browse/{kind}") for kind, number in also.items() if number],
        years=plots.years(labels.figures_of_years(), "Figures"),
        years_counts=list(labels.figures_of_years().items()),
        genes=plots.ranks(bars, "Genes by number of figures"),
        built=metadata.get("built"),
        quads=metadata.get("quads"),
        is_one_answer=source.most_rows is None or metadata.get("quads", 0) <= source.most_rows,
        links=metadata.get("links"),
        version=metadata.get("rdfkit"),
        account=Coverage.from_json(account) if account else None,
    )


def search(source: Source, parameters: Mapping[str, str]) -> Rendered:
    """What a text finds: the best first, then those of each kind."""
    text, kind = parameters.get("q", "").strip(), parameters.get("kind") or None
    best = source.labels.search(text, kind, _FOUND if kind else 10)
    shown = {entry.iri for entry in best}
    groups = []
    for one in kinds().values():
        if kind or one.hidden:
            continue
        found = source.labels.search(text, one.name, _OF_EACH + 1)
        rest = [entry for entry in found if entry.iri not in shown][:_OF_EACH]
        if rest:
            more = address("/search", q=text, kind=one.name) if len(found) > _OF_EACH else None
            groups.append((one, [entry_link(entry) for entry in rest], more))
    return html(
        "search.html",
        text=text,
        kind=kinds().get(kind) if kind else None,
        best=[entry_link(entry) for entry in best],
        groups=groups,
        full=bool(kind) and len(best) == _FOUND,
        limit=_FOUND,
    )


def browse(source: Source, parameters: Mapping[str, str]) -> Rendered:
    """A page of all things of a kind. Raises NotFoundError for no kind."""
    kind = kinds().get(parameters.get("kind", ""))
    if kind is None or kind.hidden:
        raise NotFoundError("there is no such kind of thing", value=parameters.get("kind"))
    number, total = page_number(parameters), source.labels.count(kind.name)
    entries = source.labels.browse(kind.name, (number - 1) * PAGE, PAGE)
    return html(
        "browse.html",
        kind=kind,
        entries=entries,
        total=total,
        number=number,
        pages=-(-total // PAGE),
        path=_COUNTED.get(kind.name, f"/browse/{kind.name}"),
        counts_figures=any(entry.figures for entry in entries),
        counts_pathways=any(entry.pathways for entry in entries),
        has_organisms=any(entry.organism for entry in entries),
        has_years=any(entry.year for entry in entries),
    )
