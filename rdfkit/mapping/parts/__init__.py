"""What pages of several kinds have, and what tables add: mentions, data nodes, references, schema-jsonld blocks."""

__all__ = ["articles", "bibliography", "blocks", "datanodes", "entities", "keywords", "mentions", "species"]
