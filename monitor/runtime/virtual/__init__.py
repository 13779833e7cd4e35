"""The same parts on a clock that jumps: replay and simulation."""
