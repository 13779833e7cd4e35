"""Represent the Citizen's Charter: services by key, the grievance chain, the officers."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from monitor.domain.period import Period
from monitor.domain.text import ascii_digits, clean
from monitor.i18n.catalogue import tr
from monitor.i18n.formats import period_text
from monitor.i18n.languages import Lang
from monitor.settings.charter_file import CharterFile, OfficerEntry, ServiceEntry, StageEntry, Statement
from monitor.settings.notices_section import Languages
from monitor.settings.sites_file import HoursName, Kind

Section = Literal["citizen", "official"]


@dataclass(frozen=True, slots=True)
class Officer:
    """Someone whom the charter names, by ``role``. ``email``: None until the office has filled in a usable one."""

    role: str
    name_bn: str
    name_en: str
    title_bn: str
    title_en: str
    role_bn: str
    role_en: str
    office_bn: str
    office_en: str
    phone: str
    printed_phone: str
    email: str | None
    lang: Languages
    printed_email: tuple[str, ...]
    website: str

    def name(self, lang: Lang) -> str:
        """Return the name; where the charter prints none (an office, a cell) the role's, else the title."""
        if lang == "bn":
            return self.name_bn or self.role_bn or self.title_bn
        return self.name_en or self.name_bn or self.role_en or self.title_en

    def title(self, lang: Lang) -> str:
        return self.title_bn if lang == "bn" else self.title_en


@dataclass(frozen=True, slots=True)
class Service:
    """A row of the charter's table (section 2.1 citizen, 2.2 official). ``key``: such as 'citizen:8'."""

    key: str
    section: Section
    number: int
    name_bn: str
    name_en: str
    method_bn: str
    method_en: str
    documents_bn: str
    documents_en: str
    fee_bn: str
    fee_en: str
    printed_time: str
    target: Period
    officer: str
    hours: HoursName
    waiting_pauses: bool
    site_kinds: tuple[Kind, ...]

    def name(self, lang: Lang) -> str:
        return self.name_bn if lang == "bn" else self.name_en

    def target_text(self, lang: Lang) -> str:
        """Return the service-time target in words: 'immediate', '3 working days'."""
        return period_text(self.target, lang)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the grievance chain (section 4): ``holder``: an officer's role, ``disposal``: the time allowed."""

    level: int
    holder: str
    when_bn: str
    when_en: str
    disposal: Period
    printed: str
    remind_working_days: int
    ask_first: bool = False

    def disposal_text(self, lang: Lang) -> str:
        return period_text(self.disposal, lang)


@dataclass(frozen=True)
class Charter:
    """The charter. Services in its order, citizen services first; stages by level."""

    name_bn: str
    name_en: str
    dated: date
    website: str
    office_id: str
    ticket_prefix: str
    vision: Statement
    mission: Statement
    services: Mapping[str, Service]
    officers: Mapping[str, Officer]
    stages: tuple[Stage, ...]
    expectations: tuple[Statement, ...]
    officers_confirmed: bool = False

    @classmethod
    def of(cls, file: CharterFile) -> "Charter":
        """Build the charter from a validated file."""
        services = [*_services("citizen", file.citizen), *_services("official", file.official)]
        return cls(
            name_bn=file.office.name_bn,
            name_en=file.office.name_en,
            dated=file.office.dated,
            website=file.office.website,
            office_id=file.office.known_id,
            ticket_prefix=file.office.ticket_prefix,
            vision=file.vision,
            mission=file.mission,
            services={service.key: service for service in services},
            officers={role: _officer(role, entry) for role, entry in file.officers.items()},
            stages=tuple(map(_stage, file.stages)),
            expectations=file.expectations,
            officers_confirmed=file.office.officers_confirmed,
        )

    def key_of(self, typed: str, section: Section = "citizen") -> str | None:
        """Return the key of the row meant by 'citizen:8', 'Official:2' or '8' (of ``section``; Bangla digits too).

        None for none.
        """
        words = ascii_digits(clean(typed)).replace(" ", "").lower()
        if words.isdecimal() and words.isascii():
            words = f"{section}:{words}"
        named, _, number = words.partition(":")
        key = f"{named}:{number.lstrip('0')}"
        return key if key in self.services else None

    def fits(self, key: str, kind: Kind) -> bool:
        """Return whether a request under that row can be about such a site.

        Rows with kinds of sites accept only those.
        """
        promised = self.service(key).site_kinds
        return not promised or kind in promised

    def service(self, key: str) -> Service:
        """Return the service ``key``; for one removed from the charter a stand-in with the first officer.

        Open outages and tickets of a removed service go on under it.
        """
        known = self.services.get(key)
        if known is not None:
            return known
        section, _, number = key.partition(":")
        plain = dataclasses.replace(next(iter(self.services.values())), key=key, site_kinds=(), waiting_pauses=False)
        return dataclasses.replace(
            plain,
            section="official" if section == "official" else "citizen",
            number=int(number) if number.isdecimal() else 0,
            name_bn=tr("bn", "{key} (no longer in the charter)", key=key),
            name_en=tr("en", "{key} (no longer in the charter)", key=key),
            officer=next(iter(self.officers)),
        )

    def service_for_kind(self, kind: Kind) -> Service:
        """Return the service that applies to sites of ``kind``; the file has exactly one for each."""
        return self._of_kinds[kind]

    @cached_property
    def _of_kinds(self) -> Mapping[Kind, Service]:
        return {kind: service for service in self.services.values() for kind in service.site_kinds}

    def officer(self, role: str) -> Officer:
        """Return the officer in ``role``; raises KeyError for a role that the charter does not have."""
        return self.officers[role]

    def without_email(self) -> tuple[Officer, ...]:
        """Return the officers who cannot be mailed yet, for the warnings of `check`."""
        return tuple(officer for officer in self.officers.values() if officer.email is None)


def _services(section: Section, entries: tuple[ServiceEntry, ...]) -> Iterator[Service]:
    for entry in entries:
        yield Service(
            key=f"{section}:{entry.number}",
            section=section,
            number=entry.number,
            name_bn=entry.name_bn,
            name_en=entry.name_en,
            method_bn=entry.method_bn,
            method_en=entry.method_en,
            documents_bn=entry.documents_bn,
            documents_en=entry.documents_en,
            fee_bn=entry.fee_bn,
            fee_en=entry.fee_en,
            printed_time=entry.printed_time,
            target=entry.target,
            officer=entry.officer,
            hours=entry.hours,
            waiting_pauses=entry.waiting_pauses,
            site_kinds=entry.site_kinds,
        )


def _officer(role: str, entry: OfficerEntry) -> Officer:
    return Officer(role, **{**dict(entry), "email": entry.email or None})


def _stage(entry: StageEntry) -> Stage:
    return Stage(**dict(entry))
