"""To which of several pages a graph, a version or a table belongs: the first in the order of the sources."""

from __future__ import annotations

from collections.abc import Iterator

from rdfkit.mapping import registry
from rdfkit.pipeline.state.conflicts import (
    await_sole_claims,
    owned_tables,
    refuse_second,
    rival_claims,
    unread_tables,
)
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.findings import replace_strays
from rdfkit.pipeline.state.graphs import loaded, set_loaded
from rdfkit.pipeline.state.model import Claim, PageState
from rdfkit.pipeline.state.pages import await_page
from rdfkit.report import Result, Severity


def settle_graphs(database: Database) -> None:
    """Gives each graph to the first page that claims it; the others are refused.

    A page that comes into its right waits to be converted, and so does one into whose graph another was loaded.
    """
    for first, *others in rival_claims(database):
        for other in others:
            if other.state is PageState.USED:
                # The first takes over the graph with what is in it, and replaces that, or empties it if it stays out.
                graphs = {*loaded(database, first.id), first.graph, other.graph}
                set_loaded(database, [(first.id, sorted(graphs))])
                await_page(database, first.id)
            # Told anew although it may be refused already: another page may have been the first then.
            refuse_second(database, other.id, duplicate(other, first))
    await_sole_claims(database)


def settle_tables(database: Database) -> None:
    """Has each page converted again that was read with other tables than are its own."""
    wrong = [one.page for one in owned_tables(database) if one.tables != one.read]
    for page in wrong:
        await_page(database, page)


def note_strays(database: Database) -> None:
    """Notes the tables that are no page's, or a second one of a page: they are not in the graph."""
    replace_strays(database, list(_strays(database)))


def _strays(database: Database) -> Iterator[tuple[str, Result]]:
    for stray in unread_tables(database):
        if stray.first is not None:
            said = f"this is a second table of {stray.page_name}; {stray.first} is used"
        elif stray.expected:
            said = f"this table has no page: no {stray.page_kind} {stray.page_name} is among the sources"
        else:
            continue
        result = Result(
            severity=Severity.WARNING,
            rule="table-stray",
            message=said,
            path=stray.path,
            line=1,
            value=stray.page_name,
            advice="Add the page, or remove the table.",
        )
        yield stray.kind, result


def duplicate(page: Claim, first: Claim) -> Result:
    """The finding that a page is left out because another has its graph, or its version of a pathway."""
    kind = registry.kind(page.kind)
    return Result(
        severity=Severity.VIOLATION,
        rule="page-duplicate",
        message=f'"{page.name}" is already the page {first.path}, so this one is left out',
        path=page.path,
        line=page.line,
        key=kind.id_key,
        value=page.graph,
        advice="Keep one of the two, or give each its own identifier and @id.",
    )
