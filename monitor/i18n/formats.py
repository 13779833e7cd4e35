"""Dates, times, periods and lengths in Bangla and English, as an officer writes them.

Babel knows the names of months and weekdays but prints Bangla digits as ASCII, so digits are translated here, at the
edge. Times of day are on the 24-hour clock in both languages; all of them are Asia/Dhaka.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from babel.dates import format_date

from monitor.domain import clock
from monitor.domain.day import END_OF_DAY, clock_text
from monitor.domain.period import Period
from monitor.domain.text import bangla_digits

Lang = Literal["bn", "en"]

DHAKA = clock.DHAKA

_LOCALE = {"bn": "bn", "en": "en_GB"}

_UNITS = {
    "working_days": ("কার্যদিবস", "working day"),
    "months": ("মাস", "month"),
    "days": ("দিন", "day"),
    "hours": ("ঘণ্টা", "hour"),
    "minutes": ("মিনিট", "minute"),
    "seconds": ("সেকেন্ড", "second"),
}


def digits(text: object, lang: Lang) -> str:
    """``text`` with ০–৯ for 0–9 in Bangla, as it is in English."""
    return bangla_digits(str(text)) if lang == "bn" else str(text)


@lru_cache(4_096)
def date_text(day: date, lang: Lang) -> str:
    """'Tuesday, 24 November 2026' / 'মঙ্গলবার, ২৪ নভেম্বর ২০২৬'."""
    return digits(format_date(day, "EEEE, d MMMM y", locale=_LOCALE[lang]), lang)


def short_date_text(day: date, lang: Lang) -> str:
    """'24/11/2026' / '২৪/১১/২০২৬', as orders are dated."""
    return digits(f"{day:%d/%m/%Y}", lang)


def month_text(day: date, lang: Lang) -> str:
    """'November 2026' / 'নভেম্বর ২০২৬'."""
    return digits(format_date(day, "LLLL y", locale=_LOCALE[lang]), lang)


def weekday_text(day: date, lang: Lang) -> str:
    """'Tue' / 'মঙ্গল'."""
    return format_date(day, "EEE", locale=_LOCALE[lang])


def time_text(at: time | datetime, lang: Lang) -> str:
    """'16:30' / '১৬:৩০', of a time that is Asia/Dhaka already; with seconds where there are any."""
    if (at.time() if isinstance(at, datetime) else at) == END_OF_DAY:
        return digits(clock_text(END_OF_DAY), lang)
    return digits(at.strftime("%H:%M:%S" if at.second else "%H:%M"), lang)


def moment_text(at_utc: datetime, lang: Lang) -> str:
    """'Tuesday, 24 November 2026, 17:00' of an aware time, in Asia/Dhaka."""
    local = at_utc.astimezone(DHAKA)
    return f"{date_text(local.date(), lang)}, {time_text(local, lang)}"


def amount_text(amount: int, unit: str, lang: Lang) -> str:
    """'3 working days' / '৩ কার্যদিবস'."""
    bn, en = _UNITS[unit]
    return f"{digits(amount, lang)} {bn}" if lang == "bn" else f"{amount} {en}{'' if amount == 1 else 's'}"


def period_text(period: Period, lang: Lang) -> str:
    """'immediate' / 'তাৎক্ষণিক', '1 working day' / '১ কার্যদিবস', '2 months' / '২ মাস'."""
    if period.unit == "immediate":
        return "তাৎক্ষণিক" if lang == "bn" else "immediate"
    return amount_text(period.amount, period.unit, lang)


def duration_text(length: timedelta, lang: Lang) -> str:
    """The two largest units of a length, rounded down: '2 days 3 hours', '৫ মিনিট'. Under a minute: seconds."""
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
