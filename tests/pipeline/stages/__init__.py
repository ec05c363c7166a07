"""The stages of a build, each alone."""
