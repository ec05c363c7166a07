"""HTTP to endpoints: addresses that may be asked, transport, cache, recordings."""
