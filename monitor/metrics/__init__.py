"""The exposition for Prometheus. Reads only."""
