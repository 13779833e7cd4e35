"""Decide who gets an officer's letters while that officer is away. Pure.

The charter names officers, the console has users: a user is an officer of the charter when both have the same e-mail
address, or, of an officer whose address is not filled in yet, the same telephone number. An officer is away while all
users who are that officer are. In charge then is the deputy that the first of them, by name, has named, or, when that
one is away too, the deputy's deputy, and so on. Where nobody in that chain is here, or whoever is has no e-mail
address, the letters stay with the officer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.charter.services import Officer
from monitor.domain.text import ascii_digits
from monitor.i18n.languages import Lang

LAST_DIGITS = 10  # of a telephone number in Bangladesh, without the country's or the trunk's digits


@dataclass(frozen=True, slots=True)
class Colleague:
    """A user of the console, as letters need them. While away, ``deputy`` (a user's name) is in charge.

    ``node``: the place in the tree of offices; empty for the whole installation.
    """

    name: str
    name_bn: str = ""
    name_en: str = ""
    email: str = ""
    phone: str = ""
    lang: str = ""
    away_from_utc: datetime | None = None
    away_until_utc: datetime | None = None
    deputy: str = ""
    node: str = ""

    def is_away(self, at_utc: datetime) -> bool:
        """Return whether the user is away at a time."""
        begins, ends = self.away_from_utc, self.away_until_utc
        return begins is not None and ends is not None and begins <= at_utc < ends

    def called(self, lang: Lang) -> str:
        """Return what the user is called; the name of the log-in where nothing else is known."""
        return (self.name_bn or self.name_en if lang == "bn" else self.name_en or self.name_bn) or self.name


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who gets an officer's letters, and until when the officer is away."""

    colleague: Colleague
    until_utc: datetime


def in_charge(name: str, colleagues: Mapping[str, Colleague], at_utc: datetime) -> str:
    """Return who is in charge for a user at a time: themselves, or the first one of the chain of deputies who is here.

    Themselves also when nobody of it is: a chain that comes back to one it has passed ends.
    """
    passed: set[str] = set()
    each = colleagues.get(name)
    while each is not None and each.name not in passed:
        if not each.is_away(at_utc):
            return each.name
        passed.add(each.name)
        each = colleagues.get(each.deputy)
    return name


def stand_in(officer: Officer, colleagues: Sequence[Colleague], at_utc: datetime) -> StandIn | None:
    """Return who gets the officer's letters at a time; None for the officer."""
    those = sorted((each for each in colleagues if is_officer(each, officer)), key=lambda each: each.name)
    ends = [each.away_until_utc for each in those if each.is_away(at_utc) and each.away_until_utc is not None]
    if not those or len(ends) < len(those):
        return None
    by_name = {each.name: each for each in colleagues}
    found = by_name[in_charge(those[0].name, by_name, at_utc)]
    return StandIn(found, min(ends)) if found.email and not found.is_away(at_utc) else None


def is_officer(colleague: Colleague, officer: Officer) -> bool:
    """Return whether a user is that officer of the charter."""
    if officer.email is not None:
        return colleague.email.casefold() == officer.email.casefold()
    dialled = _dialled(officer.phone)
    return bool(dialled) and dialled == _dialled(colleague.phone)


def _dialled(phone: str) -> str:
    """Return the last digits of a telephone number; empty for one that has fewer."""
    digits = "".join(character for character in ascii_digits(phone) if character.isdigit())
    return digits[-LAST_DIGITS:] if len(digits) >= LAST_DIGITS else ""
