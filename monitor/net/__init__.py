"""Talking to the outside within limits of time and size."""
