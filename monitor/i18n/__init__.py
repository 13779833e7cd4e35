"""Dates, digits and lengths in Bangla and English."""
