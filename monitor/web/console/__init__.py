"""Show and change what the office watches: a page a module, drawn by the server."""
