"""What becomes of an outage or a request, and who is told: six rooms, each on a floor of its own."""
