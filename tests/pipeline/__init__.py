"""The pipeline of a build."""
