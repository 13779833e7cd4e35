"""Run the same parts on a virtual clock: replay and simulation."""
