"""Talk to outside hosts within limits of time and size."""
