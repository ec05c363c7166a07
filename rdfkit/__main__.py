"""`python -m rdfkit` is the command line."""

from rdfkit.cli.main import main

main()
