"""Other SPARQL endpoints: registry, session, client, ledger, and a store behind an endpoint."""

__all__ = ["auth", "client", "federation", "http", "ledger", "registry", "remote_store", "session"]
