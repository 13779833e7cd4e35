"""Begin an office of one's own: answers to a few questions become its folder of configuration."""
