"""Define the domain's types: states, kinds, reasons, clock, sample. No I/O."""
