"""HTTP at the front: the SPARQL protocols, the addresses that are no pages, and how answers are sent."""
