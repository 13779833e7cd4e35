"""Compute by the Citizen's Charter: calendar, deadlines, stages. No I/O."""
