"""Ways to a reader: one outside protocol a file."""
