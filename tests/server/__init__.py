"""Tests of the HTTP server, over real connections to a server in a process of its own."""
