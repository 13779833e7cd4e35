"""What runs: probing, reading, checking, writing, notifying."""
