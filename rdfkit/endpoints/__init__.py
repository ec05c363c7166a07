"""Other SPARQL endpoints: registry, session, client, ledger, and a store behind an endpoint."""
