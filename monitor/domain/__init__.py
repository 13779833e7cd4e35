"""The words of the house: states, kinds, clock, sample. No I/O."""
