"""The stages of a build: a context and a module of functions for each."""
