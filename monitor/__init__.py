"""Watches a network for a government office and holds its outages against the Citizen's Charter."""
