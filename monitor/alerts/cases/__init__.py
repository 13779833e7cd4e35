"""What becomes of an outage or a request, and of its ticket."""
