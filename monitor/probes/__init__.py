"""Probe targets, return samples."""
