"""Load files into frozen models; each fault with its file and line."""
