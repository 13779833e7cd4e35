"""Report availability, the account of a ticket, and the trace of a notice."""
