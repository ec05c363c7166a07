"""What leaves: exports, releases, diagrams, other stores kept in step, audits."""
