"""The state of a build in SQLite: which files it read, what became of each, what each page looked up and defined."""
