"""Manage outages, requests and their tickets."""
