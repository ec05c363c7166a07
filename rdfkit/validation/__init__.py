"""SHACL and reports: two engines behind one door, findings traced to file and line, report formats, coverage."""
