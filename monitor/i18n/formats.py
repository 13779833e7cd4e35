"""Digits, numbers, units, dates, times, durations and lists, as an officer writes them in each language.

CLDR (through Babel) knows the names of months and weekdays and how numbers are grouped (12,34,567 in Bangla), but
Babel prints ASCII digits; they are translated here, at the edge. Times of day are on the 24-hour clock; all of them are
Asia/Dhaka.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from monitor.domain import clock
from monitor.domain.day import END_OF_DAY, clock_text
from monitor.domain.message import N_, NN_
from monitor.domain.period import Period
from monitor.domain.sample import milliseconds
from monitor.domain.text import bangla_digits
from monitor.i18n.languages import Lang, has_bangla_digits, locale_of, lookup

DHAKA = clock.DHAKA

MS = "ms"
_NEAR = {0: N_("today {time}"), -1: N_("yesterday {time}"), 1: N_("tomorrow {time}")}
"""By days from today."""
_UNITS = {
    "working_days": NN_("{count} working day", "{count} working days"),
    "months": NN_("{count} month", "{count} months"),
    "days": NN_("{count} day", "{count} days"),
    "hours": NN_("{count} hour", "{count} hours"),
    "minutes": NN_("{count} minute", "{count} minutes"),
    "seconds": NN_("{count} second", "{count} seconds"),
}


def digits(text: object, lang: Lang) -> str:
    """Write 0-9 in ``text`` with the digits of the language."""
    return bangla_digits(str(text)) if has_bangla_digits(lang) else str(text)


def number_text(number: float, lang: Lang) -> str:
    """Write a number with the language's groups: '1,234,567', in Bangla by lakh and crore: '12,34,567'."""
    return _whole_text(number, lang) if type(number) is int else _grouped(number, lang)


@lru_cache(maxsize=4_096)
def _whole_text(number: int, lang: Lang) -> str:
    """Remember what costs tens of microseconds: a page of all offices has 2,000 counts, mostly the same few."""
    return _grouped(number, lang)


def _grouped(number: float, lang: Lang) -> str:
    from babel.numbers import format_decimal

    return digits(format_decimal(number, locale=locale_of(lang), numbering_system="latn"), lang)


def decimal_text(number: float, places: int, lang: Lang) -> str:
    """Write a number with so many decimal places at most and no empty ones: '12.5', '3'."""
    from babel.numbers import format_decimal

    locale = locale_of(lang)
    pattern = f"{locale.decimal_formats[None].pattern.partition('.')[0]}.{'#' * places}"
    return digits(format_decimal(number, pattern, locale=locale, numbering_system="latn"), lang)


def percent_text(share: float, lang: Lang, places: int = 0) -> str:
    """Write a share of 0 to 1 in per cent: '3%', with ``places`` '99.95%'."""
    return f"{decimal_text(share * 100, places, lang)}%"


def ms_text(rtt_ms: float, lang: Lang) -> str:
    """Write a time in milliseconds with its unit: '18.4 ms'; finer where it is short, see `domain.sample`."""
    return f"{digits(milliseconds(rtt_ms, 1), lang)} {MS}"


def rate_text(bits_per_s: float, lang: Lang) -> str:
    """Write a rate in the unit that fits, of 1,000: '12.5 Mb/s'."""
    return _in_unit(bits_per_s, ("b/s", "kb/s", "Mb/s", "Gb/s", "Tb/s"), lang)


def size_text(octets: float, lang: Lang) -> str:
    """Write a size in the unit that fits, of 1,000: '640 kB'."""
    return _in_unit(octets, ("B", "kB", "MB", "GB", "TB"), lang)


def _in_unit(amount: float, units: Sequence[str], lang: Lang) -> str:
    step = 0
    while abs(amount) >= 999.95 and step + 1 < len(units):  # what would be written as 1000 has the next unit
        amount, step = amount / 1_000, step + 1
    return f"{decimal_text(amount, 1, lang)} {units[step]}"


def list_text(items: Iterable[str], lang: Lang) -> str:
    """Write items behind one another: 'a, b, c'."""
    return ", ".join(items)


def and_text(items: Iterable[str], lang: Lang) -> str:
    """Write items as in a sentence: 'a, b and c'."""
    *most, last = items or [""]
    return lookup(lang, N_("{most} and {last}")).format(most=list_text(most, lang), last=last) if most else last


@lru_cache(4_096)
def date_text(day: date, lang: Lang) -> str:
    """'Tuesday, 24 November 2026'."""
    return digits(_format_date(day, "EEEE, d MMMM y", lang), lang)


@lru_cache(4_096)
def short_date_text(day: date, lang: Lang) -> str:
    """'24/11/2026', as orders are dated."""
    return digits(f"{day:%d/%m/%Y}", lang)


def month_text(day: date, lang: Lang) -> str:
    """'November 2026'."""
    return digits(_format_date(day, "LLLL y", lang), lang)


def weekday_text(day: date, lang: Lang) -> str:
    """'Tue'."""
    return _format_date(day, "EEE", lang)


def narrow_weekday_text(day: date, lang: Lang) -> str:
    """'T', as the heading of a narrow column."""
    return _format_date(day, "EEEEE", lang)


def day_text(day: date, lang: Lang) -> str:
    """'Tue 24 Nov'."""
    return digits(_format_date(day, "EEE d MMM", lang), lang)


def days_text(first: date, last: date, lang: Lang) -> str:
    """'Fri–Sat 18–19 Dec' of a row of days; of two months 'Thu–Sat 31 Dec–2 Jan'."""
    begins = _format_date(first, "d" if (first.year, first.month) == (last.year, last.month) else "d MMM", lang)
    ends = _format_date(last, "d MMM", lang)
    return digits(f"{weekday_text(first, lang)}–{weekday_text(last, lang)} {begins}–{ends}", lang)


@lru_cache(4_096)
def _format_date(day: date, pattern: str, lang: Lang) -> str:
    from babel.dates import format_date

    return format_date(day, pattern, locale=locale_of(lang))


def time_text(at: time | datetime, lang: Lang) -> str:
    """'16:30', of a time that is Asia/Dhaka already; with seconds where there are any."""
    if (at.time() if isinstance(at, datetime) else at) == END_OF_DAY:
        return digits(clock_text(END_OF_DAY), lang)
    return digits(at.strftime("%H:%M:%S" if at.second else "%H:%M"), lang)


def moment_text(at_utc: datetime, lang: Lang) -> str:
    """'Tuesday, 24 November 2026, 17:00' of an aware time, in Asia/Dhaka."""
    local = at_utc.astimezone(DHAKA)
    return f"{date_text(local.date(), lang)}, {time_text(local, lang)}"


def near_text(at_utc: datetime, now_utc: datetime, lang: Lang) -> str:
    """Write a time as it is said now: 'today 10:31', 'yesterday 17:00', '21 November 09:30'.

    Of another year '21 November 2025 09:30'. Both times are aware; days are Asia/Dhaka's.
    """
    local, today = at_utc.astimezone(DHAKA), now_utc.astimezone(DHAKA).date()
    at = time_text(local if local.time() == END_OF_DAY else local.replace(second=0), lang)
    if (pattern := _NEAR.get((local.date() - today).days)) is not None:
        return lookup(lang, pattern).format(time=at)
    return (
        f"{digits(_format_date(local.date(), 'd MMMM' if local.year == today.year else 'd MMMM y', lang), lang)} {at}"
    )


def amount_text(amount: int, unit: str, lang: Lang) -> str:
    """'3 working days'."""
    one, many = _UNITS[unit]
    return lookup(lang, one, many, amount).format(count=digits(amount, lang))


def period_text(period: Period, lang: Lang) -> str:
    """'immediate', '1 working day', '2 months'."""
    if period.unit == "immediate":
        return lookup(lang, N_("immediate"))
    return amount_text(period.amount, period.unit, lang)


def duration_text(length: timedelta, lang: Lang) -> str:
    """Return the two largest units of a length, rounded down: '2 days 3 hours'. Under a minute: seconds."""
    seconds = max(0, int(length.total_seconds()))
    parts = {
        "days": seconds // 86_400,
        "hours": seconds // 3_600 % 24,
        "minutes": seconds // 60 % 60,
        "seconds": seconds % 60,
    }
    names = list(parts)
    largest = next((index for index, name in enumerate(names) if parts[name]), len(names) - 1)
    shown = [name for name in names[largest : largest + 2] if parts[name]] or ["seconds"]
    return " ".join(amount_text(parts[name], name, lang) for name in shown)
