"""Keep summaries of samples for pictures and reports: a file of its own, which the state never depends on."""
