"""The tables, their migrations, sessions, and what readers ask."""
