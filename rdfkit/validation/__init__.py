"""SHACL and reports: two engines behind one door, findings traced to file and line, report formats, and repairs."""

__all__ = [
    "baseline",
    "fixes",
    "pyshacl_engine",
    "report_formats",
    "shacl",
    "shape_words",
    "shared_nodes",
    "targets",
    "text_report",
    "tracing",
    "validator",
]
