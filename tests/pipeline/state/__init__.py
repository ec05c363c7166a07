"""The state of a build: small databases, and no build."""
