"""Run the parts: probing, reading, checking, writing, notifying."""
