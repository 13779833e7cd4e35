"""Samples in, decisions out. No I/O."""
