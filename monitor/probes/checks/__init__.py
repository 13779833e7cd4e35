"""Kinds of checks of what a site serves: one a file."""
