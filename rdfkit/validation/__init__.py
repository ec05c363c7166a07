"""SHACL and reports: two engines behind one door, findings traced to file and line, report formats."""

__all__ = ["report_formats", "shacl", "shared_nodes", "tracing", "validator"]
