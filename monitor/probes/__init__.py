"""Targets in, samples out."""
