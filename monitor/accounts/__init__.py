"""Keep who may log in: users, passwords, second factors, sessions, one-time links, and tokens of programs."""
