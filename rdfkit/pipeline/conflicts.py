"""To which of several pages a graph or a companion table belongs: the first in the order of the sources."""

from __future__ import annotations

from collections.abc import Iterator

from rdfkit import kinds
from rdfkit.pipeline.state.database import Claim, Inventory, State
from rdfkit.report import Result, Severity


def settle_graphs(inventory: Inventory) -> None:
    """Gives each graph to the first page that claims it; the others are refused.

    A page that comes into its right waits to be converted, and so does one into whose graph another was loaded.
    """
    for first, *others in inventory.rival_claims():
        for other in others:
            if other.state is State.USED:
                # The first takes over the graph with what is in it, and replaces that, or empties it if it stays out.
                inventory.set_loaded([(first.id, sorted({*inventory.loaded(first.id), first.graph}))])
                inventory.await_page(first.id)
            if other.state is not State.SECOND:
                inventory.refuse_second(other.id, duplicate(other, first))
        if first.state is State.SECOND:
            inventory.await_page(first.id)
    inventory.await_sole_claims()


def settle_tables(inventory: Inventory) -> None:
    """Has each page converted again that was read with other tables than are its own."""
    wrong = [one.page for one in inventory.owned_tables() if one.tables != one.read]
    for page in wrong:
        inventory.await_page(page)


def note_strays(inventory: Inventory) -> None:
    """Notes the tables that are no page's, or a second one of a page: they are not in the graph."""
    inventory.replace_strays(list(_strays(inventory)))


def _strays(inventory: Inventory) -> Iterator[tuple[str, Result]]:
    for stray in inventory.unread_tables():
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
    """The finding that a page is left out because another has its graph."""
    kind = kinds.kind(page.kind)
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
