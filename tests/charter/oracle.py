"""The charter clock as an officer would work it out by hand: from the files' text, a day at a time, without our code.

Times are naive, Bangladesh's.
"""

import calendar as months
import datetime as dt
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import holidays

ONE_DAY = timedelta(days=1)


def _days(entry: dict[str, Any]) -> list[dt.date]:
    if "date" in entry:
        return [entry["date"]]
    return [entry["first"] + timedelta(days=n) for n in range((entry["last"] - entry["first"]).days + 1)]


class Oracle:
    def __init__(self, config: Path) -> None:
        self.calendar = tomllib.loads((config / "calendar.toml").read_text())
        lists = tomllib.loads((config / "holidays.toml").read_text())["years"]
        self.listed = {each["year"] for each in lists}
        self.off = {day for each in lists for entry in each["days"] for day in _days(entry)}
        self.exchanged = {day for each in lists for entry in each.get("working", []) for day in _days(entry)}
        self.ramadan = {day: entry for entry in self.calendar["ramadan"] for day in _days(entry)}
        self.estimates = set(holidays.country_holidays("BD", years=range(2019, 2038), language="en_BD"))

    def works(self, day: dt.date) -> bool:
        if day in self.exchanged:
            return True
        if day.strftime("%A").lower() in self.calendar["weekend"]:
            return False
        return day not in self.off if day.year in self.listed else day not in self.estimates

    def hours(self, day: dt.date) -> tuple[datetime, datetime]:
        entry = self.ramadan.get(day) or [row for row in self.calendar["hours"] if row["first"] <= day][-1]
        opens, closes = (dt.time.fromisoformat(entry[key]) for key in ("opens", "closes"))
        return datetime.combine(day, opens), datetime.combine(day, closes)

    def closing_of_nth_working_day_after(self, day: dt.date, n: int) -> datetime:
        while n:
            day += ONE_DAY
            n -= self.works(day)
        return self.hours(day)[1]

    def first_day_excluded(self, t: datetime, n: int) -> datetime:
        return self.closing_of_nth_working_day_after(t.date(), n)

    def elapsed(self, t: datetime, n: int) -> datetime:
        while not (self.works(t.date()) and t < self.hours(t.date())[1]):
            t = datetime.combine(t.date() + ONE_DAY, dt.time.min)
        if t <= self.hours(t.date())[0]:
            return self.closing_of_nth_working_day_after(t.date() - ONE_DAY, n)
        opens, closes = self.hours(self.closing_of_nth_working_day_after(t.date(), n).date())
        return sorted([opens, datetime.combine(opens.date(), t.time()), closes])[1]

    def months_later(self, t: datetime, n: int) -> datetime:
        year, month, day = t.year, t.month, t.day
        for _ in range(n):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        same = dt.date(year, month, min(day, months.monthrange(year, month)[1]))
        return self.closing_of_nth_working_day_after(same - ONE_DAY, 1)
