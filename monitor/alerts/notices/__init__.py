"""Who hears of it, when, and in which words."""
