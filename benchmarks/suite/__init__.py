"""What `benchmarks/run` runs: rdfkit beside its peers and its floor, on the same input in the same run."""
