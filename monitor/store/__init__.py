"""Store the office's data: tables, migrations, sessions, and queries."""
