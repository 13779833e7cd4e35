"""Tickets kept in step with an outside help desk."""
