"""Echoes out, answers in, by the thousand."""
