"""The uses of properties that a new build has counted, batch by batch: see `rdfkit.pipeline.page_uses`."""

from __future__ import annotations

from collections.abc import Mapping

from rdfkit.pipeline.state.database import Database

_STALE = "uses are stale"


def add_uses(database: Database, batch: int, uses: Mapping[str, str]) -> None:
    """Adds what is counted in a batch, by dataset, in place of what is there of the same batch."""
    database.run_many(
        "INSERT OR REPLACE INTO uses VALUES (?, ?, ?)", ((batch, name, text) for name, text in uses.items())
    )


def forget_uses(database: Database) -> None:
    """Notes that the counts are no longer those of the graphs."""
    database.set(_STALE, "yes")


def counted(database: Database, dataset: str) -> list[str] | None:
    """What is counted of a dataset, as texts; None when it is no longer true. It is not kept any longer."""
    rows = database.run("SELECT data FROM uses WHERE dataset = ?", (dataset,)).fetchall()
    database.run("DELETE FROM uses")
    return None if database.setting(_STALE) else [row[0] for row in rows]
