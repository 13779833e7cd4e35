"""Represent the facts of notices, typed, as they are stored."""
