"""Render reports: one file for each format."""
