"""Other SPARQL endpoints: registry, session, client, ledger, a store behind an endpoint, what is published there."""

__all__ = [
    "auth",
    "client",
    "federation",
    "http",
    "ledger",
    "publication",
    "registry",
    "remote_store",
    "session",
]
