"""Estimate the public holidays of a year without a notified list; marked as estimates.

The `holidays` package knows the fixed days and estimates some of those that follow the moon, but lacks whole festivals
(docs/charter-clock.md), so nothing here may pass for a fact.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

# The package says "estimated" behind such a name, in Bangla too.
_MARKS = re.compile(r" \((estimated|\u0986\u09a8\u09c1\u09ae\u09be\u09a8\u09bf\u0995)\)")


@lru_cache(maxsize=64)
def estimated_holidays(year: int) -> Mapping[date, tuple[str, str]]:
    """Return the estimated holidays of ``year``, each with its name in Bangla and English."""
    import holidays  # a tenth of a second, which only an office without a list has to spend

    # The language is said, because the package would otherwise follow the LANG of the process.
    bangla = holidays.country_holidays("BD", years=year, language="bn")
    english = holidays.country_holidays("BD", years=year, language="en_BD")
    return {day: (_MARKS.sub("", bangla[day]), _MARKS.sub("", english[day])) for day in bangla}
