"""Expose metrics to Prometheus. Reads only."""
