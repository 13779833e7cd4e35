"""Files to frozen models, each fault with its file and line."""
