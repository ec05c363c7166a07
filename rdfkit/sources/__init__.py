"""What is read: files wherever they lie, front matter with the line of every key, tables, lexicons, ontologies."""

__all__ = [
    "cleaning",
    "commits",
    "discovery",
    "filesystems",
    "front_matter",
    "lexicons",
    "locations",
    "ontologies",
    "page",
    "rdf_files",
    "sites",
    "tables",
    "yaml_reader",
]
