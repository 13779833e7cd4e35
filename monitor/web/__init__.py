"""Serve the page and the metrics over HTTP. Reads only."""
