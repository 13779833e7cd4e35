"""Property tests here have no time limit for a single example: a busy machine is no fault of the calendar."""

from hypothesis import settings

settings.register_profile("charter", deadline=None)
settings.load_profile("charter")
