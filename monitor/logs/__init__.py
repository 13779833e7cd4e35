"""The log: one event a line with its code and fields, as text, logfmt or JSON, or as fields of systemd's journal."""
