"""HTTP to endpoints: addresses that may be asked, transport, cache, recordings."""

__all__ = ["address_policy", "cache", "recordings", "response", "transport"]
