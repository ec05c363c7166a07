"""Conversion on many machines: shards of N-Quads with a manifest, and the cluster that makes them."""

__all__ = [
    "convert",
    "dask_cluster",
    "load",
    "shards",
]
