"""Check services: one kind of check a file."""
