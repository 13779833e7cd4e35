"""Availability, the account of a ticket, the trace of a notice."""
