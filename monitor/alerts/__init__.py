"""Manage cases and notify people: six rooms, each on a floor of its own."""
