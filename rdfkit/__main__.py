"""`python -m rdfkit` is the command line."""

from rdfkit.cli import main

main()
