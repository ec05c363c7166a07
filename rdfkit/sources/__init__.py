"""What is read: files wherever they lie, front matter with the line of every key, tables, lexicons, ontologies."""
