"""SHACL and reports: two engines behind one door, findings traced to file and line, report formats."""

__all__ = ["pyshacl_engine", "report_formats", "shacl", "shared_nodes", "targets", "tracing", "validator"]
