"""Who may ask for what: every route, by everybody, with the exact status. docs/console-access.md is made of it."""
