"""Say when the fiscal year of Bangladesh begins: on the 1st of July."""

from datetime import date

FIRST_MONTH = 7


def fiscal_year_of(day: date) -> date:
    """Return the first day of the fiscal year that ``day`` lies in."""
    return date(day.year - (day.month < FIRST_MONTH), FIRST_MONTH, 1)
