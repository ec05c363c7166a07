"""What is read: files wherever they lie, front matter with the line of every key, tables, lexicons, ontologies."""

__all__ = [
    "alignment",
    "byte_order_marks",
    "changes",
    "cleaning",
    "commits",
    "discovery",
    "filesystems",
    "front_matter",
    "lexicons",
    "locations",
    "ontologies",
    "page",
    "prose",
    "rdf_files",
    "sites",
    "tables",
    "yaml_places",
    "yaml_reader",
]
