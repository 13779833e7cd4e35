"""Say what a line of a ticket's history is about: the reasons of its steps, and of how its outage ended."""

from datetime import datetime

from monitor.alerts.notices.gather import stages_of
from monitor.charter.office import Office
from monitor.charter.stages import StageDates
from monitor.domain.notice_kinds import NoticeKind
from monitor.domain.reasons import Names, Reason, ReasonCode, Value, reason
from monitor.domain.states import EndReason
from monitor.store.models import Outage, Ticket


def step_reason(office: Office, ticket: Ticket, kind: NoticeKind) -> Reason:
    """Return what a step of the escalation is about; the stage is the ticket's present one."""
    match kind:
        case NoticeKind.STAGE if stage := _present(office, ticket):
            return reason(ReasonCode.STAGE_BEGINS, **_stage(office, stage))
        case NoticeKind.LAPSES_SOON | NoticeKind.LAPSES_TODAY if stage := _present(office, ticket):
            return reason(ReasonCode.STAGE_LAPSES, **_stage(office, stage))
        case NoticeKind.ASK if any(stage.level == ticket.stage + 1 for stage in stages_of(office, ticket)):
            return reason(ReasonCode.ASKED_TO_RAISE, stage=ticket.stage + 1)
        case NoticeKind.DUE_TODAY:
            return reason(ReasonCode.FALLS_DUE, due=ticket.deadline_utc)
    target = office.charter.service(ticket.service).target
    return reason(ReasonCode.TARGET_MISSED, due=ticket.deadline_utc, target=target)


def _present(office: Office, ticket: Ticket) -> StageDates | None:
    """Return the dates of the ticket's present stage; None before the first."""
    return next((stage for stage in stages_of(office, ticket) if stage.level == ticket.stage), None)


def _stage(office: Office, dates: StageDates) -> dict[str, Value]:
    holder = office.charter.officer(office.charter.stages[dates.level - 1].holder)
    names = Names(*(f"{holder.name(lang)}, {holder.title(lang)}" for lang in ("bn", "en")))
    return {"stage": dates.level, "holder": names, "lapses": dates.lapses_utc}


def end_reason(outage: Outage) -> Reason:
    """Return how an outage ended that is over."""
    if outage.end_reason == EndReason.RECOVERED:
        return reason(ReasonCode.SITE_ANSWERS)
    return _ended_otherwise(outage)


def recovery_reason(ticket: Ticket, answers_utc: datetime | None = None) -> Reason:
    """Return how the ticket's last outage ended.

    ``answers_utc``: since when the site answers, if that is later, because it was down once more meanwhile.
    """
    outage = ticket.outages[-1]
    ended_utc = outage.ended_utc
    if ended_utc is None:
        return reason(ReasonCode.SITE_STILL_DOWN)
    if outage.end_reason != EndReason.RECOVERED:
        return _ended_otherwise(outage)
    if answers_utc is not None and answers_utc > ended_utc:
        steadily = ReasonCode.SITE_ANSWERS_STEADILY
        return reason(steadily, since=answers_utc, ended=ended_utc, seconds=_seconds(outage))
    return reason(ReasonCode.SITE_ANSWERS_SINCE, since=ended_utc, seconds=_seconds(outage))


def _ended_otherwise(outage: Outage) -> Reason:
    return reason(ReasonCode.OUTAGE_ENDED, end=outage.end_reason or "", seconds=_seconds(outage))


def _seconds(outage: Outage) -> int:
    assert outage.ended_utc is not None
    return round((outage.ended_utc - outage.started_utc).total_seconds())
