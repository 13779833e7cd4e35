"""Model config/charter.toml: the office's Citizen's Charter, word for word and as values."""

import datetime as dt
from typing import Annotated, TypeVar, get_args

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator

from monitor.domain.message import N_, Message, message
from monitor.domain.period import IMMEDIATE
from monitor.settings.base import Model, matching
from monitor.settings.found import found
from monitor.settings.mail_address import is_mail_address
from monitor.settings.notices_section import KnownLanguage, Languages, RecipientName
from monitor.settings.period import Disposal, Target
from monitor.settings.problems import no_such
from monitor.settings.sites_file import HoursName, Id, Kind

"""When a service is promised: at every hour, or in the hours that config/calendar.toml gives under that name."""


Item = TypeVar("Item")


def _plain_date(value: object) -> object:
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise ValueError(
            message("{found} is not a date. Expected one such as 2026-11-24, without quotes", found=found(value))
        )
    return value


def _mail_address(value: str) -> str:
    if value and not is_mail_address(value):
        raise ValueError(
            message(
                "{found} is not an e-mail address. Expected one such as officer@example.org, or nothing",
                found=found(value),
            )
        )
    return value


def _some(values: tuple[Item, ...]) -> tuple[Item, ...]:
    """Refuse an empty list. Pydantic's own min_length would also complain of a list whose only item is wrong."""
    if not values:
        raise ValueError(message("the list is empty. Expected one entry or more"))
    return values


Some = Annotated[tuple[Item, ...], AfterValidator(_some)]
Date = Annotated[dt.date, BeforeValidator(_plain_date)]
Email = Annotated[str, AfterValidator(_mail_address)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Role = RecipientName


class OfficeEntry(Model):
    """The office of the charter. ``ticket_prefix`` begins every ticket number.

    ``id`` distinguishes offices, as the metrics' label `office` does; None: the ticket prefix in lower case.
    ``officers_confirmed``: the officers in this file are the office's own; no mail is sent before.
    """

    id: Id | None = None
    """Distinguishes offices where several are seen together (the metrics' label `office`); left out: the ticket
    prefix in small letters.
    """
    name_bn: Text
    """Whose charter this is, in Bangla."""
    name_en: Text
    """The same in English."""
    dated: Date
    """The date printed on it."""
    website: str = ""
    """The office's own."""
    lang: KnownLanguage = "en"
    """The language of the command line; `--lang` says otherwise for one command."""
    ticket_prefix: Annotated[str, matching(r"[A-Z]{2,6}", N_("2 to 6 capital letters A to Z, such as BHR"))]
    """Begins every ticket number."""
    officers_confirmed: bool = False
    """The officers and their addresses are the office's own; until then mails are written to files."""

    @property
    def known_id(self) -> str:
        """Return what distinguishes the office: its id, or the ticket prefix in small letters."""
        return self.id or self.ticket_prefix.lower()


class Statement(Model):
    """A sentence of the charter; ``printed`` where the published page spells it otherwise."""

    bn: Text
    """In Bangla."""
    en: Text
    """In English."""
    printed: str | None = None
    """As the published page has it, where that differs; shown, never acted upon."""


class OfficerEntry(Model):
    """Someone whom the charter names. ``printed_…`` is what the page has, ``email`` the address to write to."""

    name_bn: str = ""
    """Name in Bangla."""
    name_en: str = ""
    """Name in English; left out: the Bangla one is shown."""
    title_bn: Text
    """Post, in Bangla."""
    title_en: Text
    """Post, in English."""
    role_bn: str = ""
    """Part in the grievance chain, in Bangla."""
    role_en: str = ""
    """The same in English."""
    office_bn: str = ""
    """Where the officer sits, in Bangla."""
    office_en: str = ""
    """The same in English."""
    phone: str = ""
    """The number to dial."""
    printed_phone: str = ""
    """The number as printed."""
    email: Email = ""
    """Where notices go: one plain address; empty until it is known."""
    lang: Languages = "both"
    """The languages of the officer's mails; `both`: Bangla first."""
    printed_email: tuple[str, ...] = ()
    """The addresses as printed, when none of them can be written to."""
    website: str = ""
    """As printed."""


class StageEntry(Model):
    """A stage of the grievance chain; it begins when the one before did not settle the case in its time."""

    level: Annotated[int, Field(ge=1, le=9)]
    """1, 2, 3 … in order."""
    holder: Role
    """Who has to resolve it now: a part of `[officers.PART]`."""
    when_bn: Text
    """The charter's words for when a case comes to this holder."""
    when_en: Text
    """The same in English."""
    disposal: Disposal
    """How long the holder has."""
    printed: str = ""
    """The charter's words for that time."""
    remind_working_days: Annotated[int, Field(ge=1, le=30)] = 3
    """The holder is reminded so many working days before the time is over."""
    ask_first: bool = False
    """The stage does not begin by itself: the responsible officer is asked, and begins it."""


class ServiceTerms(Model):
    """Terms that a service shares with the others of its section, unless it has its own."""

    method_bn: str = ""
    """How the service is given, in Bangla."""
    method_en: str = ""
    """The same in English."""
    documents_bn: str = ""
    """What to bring, in Bangla."""
    documents_en: str = ""
    """The same in English."""
    fee_bn: str = ""
    """What it costs, in Bangla."""
    fee_en: str = ""
    """The same in English."""
    printed_time: str = ""
    """The service time as printed."""
    target: Target = IMMEDIATE
    """The service time as the machine reads it."""
    officer: Role = ""
    """Who answers for it: a part of `[officers.PART]`."""
    hours: HoursName = "office"
    """When it is promised; outside these hours a site that does not answer is paused."""
    waiting_pauses: bool = False
    """While a ticket waits, its time is stopped."""


class ServiceEntry(ServiceTerms):
    """A row of the charter's table."""

    number: Annotated[int, Field(ge=1, le=99)]
    """The row's number in the charter; tickets call it citizen:NUMBER or official:NUMBER."""
    name_bn: Text
    """What the service is, in Bangla."""
    name_en: Text
    """The same in English."""
    printed_name: str | None = None
    """The name as printed, where that differs."""
    printed_documents: str | None = None
    """What to bring, as printed, where that differs."""
    site_kinds: tuple[Kind, ...] = ()
    """Which sites of sites.toml this row promises; every kind stands in one row."""


NEEDED = set(ServiceTerms.model_fields) - {"hours", "waiting_pauses"}


class CharterFile(Model):
    """The whole file. After validation each service holds its section's defaults too."""

    office: OfficeEntry
    vision: Statement
    mission: Statement
    officers: dict[Role, OfficerEntry]
    stages: tuple[StageEntry, ...] = ()
    citizen_defaults: ServiceTerms = ServiceTerms()
    citizen: Some[ServiceEntry]
    official_defaults: ServiceTerms = ServiceTerms()
    official: tuple[ServiceEntry, ...] = ()
    expectations: tuple[Statement, ...] = ()

    @field_validator("stages")
    @classmethod
    def _chain_is_whole(cls, stages: tuple[StageEntry, ...], info: ValidationInfo) -> tuple[StageEntry, ...]:
        _numbered_from_one([stage.level for stage in stages], "level", message("stage"))
        for stage in stages:
            _known_officer(stage.holder, message("stage {level}: holder", level=stage.level), info)
        return stages

    @field_validator("citizen", "official")
    @classmethod
    def _completed(cls, services: tuple[ServiceEntry, ...], info: ValidationInfo) -> tuple[ServiceEntry, ...]:
        section = f"{info.field_name}_defaults"
        defaults = info.data.get(section)
        if defaults is None:  # they are wrong themselves, and that is reported
            return services
        _numbered_from_one([service.number for service in services], "number", message("service"))
        completed = tuple(_with_defaults(service, defaults, section) for service in services)
        for service in completed:
            _known_officer(service.officer, message("service {number}: officer", number=service.number), info)
        return completed

    @field_validator("citizen")
    @classmethod
    def _every_kind_is_promised_once(cls, services: tuple[ServiceEntry, ...]) -> tuple[ServiceEntry, ...]:
        for kind in get_args(Kind):
            numbers = [service.number for service in services if kind in service.site_kinds]
            if len(numbers) != 1:
                many = N_(
                    "sites of the kind '{kind}' are promised by services {numbers}. Expected the kind in "
                    "'site_kinds' of "
                    "exactly one"
                )
                none = N_(
                    "sites of the kind '{kind}' are promised by no service. Expected the kind in "
                    "'site_kinds' of exactly one"
                )
                given = {"kind": kind, "numbers": " and ".join(map(str, numbers))}
                raise ValueError(Message(many, given) if numbers else Message(none, given))
        return services

    @field_validator("official")
    @classmethod
    def _official_services_promise_no_sites(cls, services: tuple[ServiceEntry, ...]) -> tuple[ServiceEntry, ...]:
        for service in services:
            if service.site_kinds:
                raise ValueError(
                    message(
                        "service {number} has 'site_kinds'. Expected them at citizen services only",
                        number=service.number,
                    )
                )
        return services


def _numbered_from_one(numbers: list[int], key: str, what: Message) -> None:
    for expected, number in enumerate(numbers, start=1):
        if number != expected:
            raise ValueError(
                message(
                    "{key} {number} is not the next {what}'s. Expected {expected}: 1, 2, 3 and so on, in order",
                    key=key,
                    number=number,
                    what=what,
                    expected=expected,
                )
            )


def _known_officer(role: str, where: Message, info: ValidationInfo) -> None:
    officers = info.data.get("officers")
    if officers is not None and role not in officers:
        raise ValueError(message("{where}: {fault}", where=where, fault=no_such("officer", role, officers)))


def _with_defaults(service: ServiceEntry, defaults: ServiceTerms, section: str) -> ServiceEntry:
    shared = defaults.model_fields_set - service.model_fields_set
    missing = NEEDED - shared - service.model_fields_set
    if missing:
        raise ValueError(
            message(
                "service {number} has no {names}. Expected it here or in [{section}]",
                number=service.number,
                names=", ".join(sorted(missing)),
                section=section,
            )
        )
    return service.model_copy(update={name: getattr(defaults, name) for name in shared})
