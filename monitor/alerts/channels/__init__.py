"""Deliver notices: one outside protocol a file."""
