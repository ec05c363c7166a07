"""Shards as batches to load into a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rdfkit.errors import ShardError
from rdfkit.pipeline.distributed.shards import Manifest, read_records, read_shard, read_tables
from rdfkit.pipeline.spool import Spooled
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import add_companions, add_files
from rdfkit.pipeline.state.pages import pages_between


def load_shards(place: str, manifest: Manifest, database: Database, folder: Path) -> Iterator[Spooled]:
    """The shards of a place as batches to load, by way of a folder; their files are added to an empty database.

    Raises ShardError when one cannot be read, or is not that of the manifest.
    """
    add_companions(database, read_tables(place))
    first = 1
    for shard in manifest.shards:
        found, records = read_records(place, shard.records)
        add_files(database, (record.file for record in records))
        pages = pages_between(database, first, first + len(records) - 1)
        first += len(records)
        if found != shard or [page.file for page in pages] != [record.file for record in records]:
            raise ShardError("is not the record that the manifest lists", path=place, value=shard.records)
        path = folder / f"{shard.number:08}.nq"
        path.write_bytes(read_shard(place, shard))
        yield Spooled(
            path, tuple((page.id, record.converted) for page, record in zip(pages, records, strict=True))
        )
