"""Make the documents of charter, calendar, deadlines and availability, for `--json` and the API. Keys are public.

Nothing here queries a database. Times are in ISO 8601, those of the calendar with the office's offset; what ends in
``_s`` is in seconds.
"""

from dataclasses import asdict
from typing import TypedDict

from monitor.charter.calendar import Day
from monitor.charter.deadline import Deadline
from monitor.charter.services import Charter
from monitor.domain.reasons import as_json
from monitor.i18n.catalogue import render
from monitor.i18n.formats import DHAKA, period_text
from monitor.i18n.languages import SOURCE
from monitor.i18n.reasons import reason_text
from monitor.judging.availability import Availability
from monitor.reports.availability import Figures


class SharesDocument(TypedDict):
    """A window of time and a site's time in each state; ``share``: of the time that counts, None where none does."""

    up_s: float
    down_s: float
    unmonitored_s: float
    paused_s: float
    window_s: float
    share: float | None


# 'from' is no name that a class could give to a key.
ExcusedDocument = TypedDict(
    "ExcusedDocument", {"from": str, "until": str, "why": str, "reason": dict[str, object] | None}
)


class SiteSharesDocument(TypedDict):
    """A site's availability within its service hours and at all hours, and when it was down without an outage."""

    site: str
    promised: SharesDocument
    always: SharesDocument
    power_s: float
    excused: list[ExcusedDocument]


class DayDocument(TypedDict):
    """A day of the office's calendar."""

    date: str
    working: bool
    opens: str | None
    closes: str | None
    why: str


class StepDocument(TypedDict):
    """A day on the way to a deadline; ``counted``: which of the days it is, None for one that does not count."""

    date: str
    counted: int | None
    why: str


# 'from' is no name that a class could give to a key.
DeadlineDocument = TypedDict(
    "DeadlineDocument",
    {
        "service": str,
        "from": str,
        "target": str,
        "rule": str,
        "due": str,
        "estimated": bool,
        "steps": list[StepDocument],
    },
)


class OfficeDocument(TypedDict):
    """The office of the charter, and its date."""

    name_bn: str
    name_en: str
    dated: str
    website: str


class CharterDocument(TypedDict):
    """The Citizen's Charter in both languages; rows, stages and officers have the keys of charter.toml."""

    office: OfficeDocument
    vision: dict[str, str]
    mission: dict[str, str]
    services: list[dict[str, object]]
    expectations: list[dict[str, str]]
    stages: list[dict[str, object]]
    officers: list[dict[str, object]]


def day_document(day: Day) -> DayDocument:
    """Make the document of a day."""
    return {
        "date": day.date.isoformat(),
        "working": day.working,
        "opens": day.opens.isoformat() if day.opens else None,
        "closes": day.closes.isoformat() if day.closes else None,
        "why": render(day.why, SOURCE),
    }


def deadline_document(service: str, found: Deadline) -> DeadlineDocument:
    """Make the document of a deadline of that row of the charter."""
    return {
        "service": service,
        "from": found.from_utc.astimezone(DHAKA).isoformat(),
        "target": period_text(found.period, SOURCE),
        "rule": found.rule,
        "due": found.due_utc.astimezone(DHAKA).isoformat(),
        "estimated": found.estimated,
        "steps": [
            {"date": step.date.isoformat(), "counted": step.counted, "why": render(step.why, SOURCE)}
            for step in found.steps
        ],
    }


def shares_document(found: Availability) -> SharesDocument:
    """Make the document of a site's time in each state."""
    return {
        "up_s": found.up.total_seconds(),
        "down_s": found.down.total_seconds(),
        "unmonitored_s": found.unmonitored.total_seconds(),
        "paused_s": found.paused.total_seconds(),
        "window_s": found.window.total_seconds(),
        "share": found.share,
    }


def availability_document(found: Figures) -> SiteSharesDocument:
    """Make the document of a site's availability."""
    return {
        "site": found.site,
        "promised": shares_document(found.promised),
        "always": shares_document(found.always),
        "power_s": found.power.total_seconds(),
        "excused": [
            {
                "from": begins.isoformat(),
                "until": ends.isoformat(),
                "why": reason_text(why, "en"),
                "reason": as_json(why),
            }
            for begins, ends, why in found.excused
        ],
    }


def charter_document(charter: Charter) -> CharterDocument:
    """Make the document of the charter, with everything in both languages."""
    return {
        "office": {
            "name_bn": charter.name_bn,
            "name_en": charter.name_en,
            "dated": charter.dated.isoformat(),
            "website": charter.website,
        },
        "vision": charter.vision.model_dump(exclude_none=True),
        "mission": charter.mission.model_dump(exclude_none=True),
        "services": [
            {**asdict(service), "target_bn": service.target_text("bn"), "target_en": service.target_text("en")}
            for service in charter.services.values()
        ],
        "expectations": [statement.model_dump(exclude_none=True) for statement in charter.expectations],
        "stages": [
            {**asdict(stage), "disposal_bn": stage.disposal_text("bn"), "disposal_en": stage.disposal_text("en")}
            for stage in charter.stages
        ],
        "officers": [asdict(officer) for officer in charter.officers.values()],
    }
