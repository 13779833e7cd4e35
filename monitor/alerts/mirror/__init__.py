"""Keep tickets in sync with an outside help desk."""
