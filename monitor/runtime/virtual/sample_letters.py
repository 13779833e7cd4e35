"""Make a sample mail of every kind, for people who want to see them before the first real one.

The same functions that write real ones make them: an outage with evidence, a complaint and their follow-ups over six
weeks are played on a virtual clock, in a temporary database, with the office's own configuration.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.alerts.cases import editions, outages, recount, report_schedule
from monitor.alerts.cases.actions import act, correct, order_calendar, register
from monitor.alerts.cases.answers import OFFICIAL, answer
from monitor.alerts.cases.calendar_orders import orders_in_force
from monitor.alerts.cases.complaints import Request
from monitor.alerts.cases.corrections import Correction
from monitor.alerts.cases.due import do_what_is_due
from monitor.alerts.cases.edition_jobs import MadeFile, MadeReport
from monitor.alerts.cases.report_schedule import MonthlyReport
from monitor.alerts.channels.base import Letter
from monitor.alerts.facts.stored import Facts, pack, unpack_case
from monitor.alerts.notices.brief_facts import morning_facts, weekly_facts
from monitor.alerts.notices.digests import digest_facts
from monitor.alerts.notices.routing import ASKER
from monitor.charter.office import Office
from monitor.domain import notice_kinds
from monitor.domain.clock import VirtualClock
from monitor.domain.evidence import Evidence, Hour, Port, SnmpSaid, Way
from monitor.domain.message import N_
from monitor.domain.reasons import TIMEOUT, ReasonCode, reason
from monitor.domain.states import Cause
from monitor.i18n import formats
from monitor.i18n.catalogue import tr
from monitor.i18n.languages import BOTH
from monitor.judging.decisions import Affected, OutageClosed, OutageOpened
from monitor.settings.load import Settings
from monitor.settings.storage_section import Place
from monitor.store import notice_rows, ticket_rows
from monitor.store.models import Notice, SiteState
from monitor.store.opening import open_store
from monitor.store.work import Work

BEGINS = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # a Monday, ten in the morning
WEEKS = 6
LOOKS_A_DAY = 2
REQUESTER = N_("A teacher")
COMPLAINT = N_("The lab's computers do not start")
A_REPORT = N_("The report of the last month is requested")
A_SUMMARY = N_("All sites were up as promised.")
WHY = reason(ReasonCode.UPS_ON_BATTERY, since=BEGINS)


def in_both(text: str) -> str:
    """Return what a citizen may have written, in both languages."""
    return " / ".join(tr(lang, text) for lang in BOTH)


def samples(settings: Settings) -> list[Letter]:
    """Return a mail of each kind in order of time: of an outage, of a complaint, and to the citizen."""
    found: dict[tuple[str, bool, bool], Letter] = {}
    plain = replace(Office.of(settings), recipients={})
    for office in (plain, _asking_first(plain)):
        with TemporaryDirectory() as scratch:
            for letter in _played(office, Path(scratch)):
                found.setdefault((letter.kind, bool(letter.facts.get("asked")), letter.recipient == ASKER), letter)
    return list(found.values())


def _asking_first(office: Office) -> Office:
    stages = tuple(replace(stage, ask_first=True) for stage in office.charter.stages)
    return replace(office, charter=replace(office.charter, stages=stages))


def _played(office: Office, folder: Path) -> Iterator[Letter]:
    store, clock = open_store(folder, lasting=False), VirtualClock(BEGINS)
    try:
        with store.write() as session:
            centre = _begin(Work(session, office, clock.utc()))
        for look in range(WEEKS * 7 * LOOKS_A_DAY):
            with store.write() as session:
                do_what_is_due(Work(session, office, clock.utc()))
                if look == LOOKS_A_DAY // 2:
                    _order(Work(session, office, clock.utc()))
                if look == 3 * LOOKS_A_DAY:
                    yield from _briefs(Work(session, office, clock.utc()))
            clock.advance(86_400 / LOOKS_A_DAY)
        for back in (True, False):
            with store.write() as session:
                outages.apply(Work(session, office, clock.utc()), _turn(centre, clock.utc(), back=back))
                clock.advance(office.recovery_hold.total_seconds() + 1)
                do_what_is_due(Work(session, office, clock.utc()))
        with store.write() as session:
            for ticket in ticket_rows.open_(session):
                soon = clock.utc() + timedelta(seconds=1)
                act(Work(session, office, clock.utc(), "an officer"), ticket.number, "ack", "", until_utc=soon)
            do_what_is_due(Work(session, office, clock.utc() + timedelta(seconds=2)))
            for ticket in ticket_rows.requests(session):
                act(Work(session, office, clock.utc(), "an officer"), ticket.number, "resolve", "")
                act(Work(session, office, clock.utc(), "an officer"), ticket.number, "reopen", "")
            _by_mistake(Work(session, office, clock.utc()))
            _reports(Work(session, office, clock.utc()))
        with store.read() as session:
            yield from map(_letter, notice_rows.every(session))
            yield _digest(Work(session, office, clock.utc()))
    finally:
        store.close()


def _order(work: Work) -> None:
    """Close the office on the next working day, so that what is due then is due later."""
    recount.open_deadlines(work)
    calendar = work.office.calendar
    today = calendar.local(work.now_utc).date()
    closed = calendar.next_working_day(today + timedelta(days=1)).date
    names = {lang: tr(lang, N_("Local holiday")) for lang in BOTH}
    entry = {"what": "closed", "date": closed, "order": "42", "dated": today, **names}
    order_calendar(work.by("notify test"), entry)
    ordered = replace(work.office, calendar=calendar.ordered(orders_in_force(work.session)))
    recount.open_deadlines(replace(work, office=ordered))


def _by_mistake(work: Work) -> None:
    """Register a request under the wrong service, correct it, and withdraw it."""
    wrong, right = [*work.office.charter.services, *work.office.charter.services][:2]
    request = Request(
        wrong, "phone", in_both(REQUESTER), in_both(N_("A wrong number")), work.now_utc, "teacher@example.org"
    )
    number = register(work.by("notify test"), request).number
    if wrong != right:
        why = in_both(N_("a typing mistake"))
        correct(work.by("notify test"), number, Correction(service=right), why)
    act(work.by("notify test"), number, "withdraw", in_both(N_("nobody made this request")))


def _reports(work: Work) -> None:
    """Make the month's report, and answer an official request with it."""
    month = work.office.calendar.local(work.now_utc).date().replace(day=1)
    name = f"{work.office.reports.lang}.pdf"
    wanted = editions.Wanted("month", f"{month:%Y-%m}", month, files=(name,))
    edition = editions.ask(work, wanted, occasion="sample").id
    editions.begin_next(work, Place(Path()), work.now_utc)
    titles = {lang: formats.month_text(month, lang) for lang in BOTH}
    summaries = {lang: tr(lang, A_SUMMARY) for lang in BOTH}
    file = MadeFile(f"report-{month:%Y-%m}-ed1.pdf", "application/pdf", b"%PDF")
    editions.finish(work, edition, MadeReport(1, b"", "", work.now_utc, titles, summaries, files={name: file}))
    report_schedule.enqueue_letters(work, MonthlyReport.of_office(work.office), edition, titles)
    service = next((key for key in work.office.charter.services if key.startswith(OFFICIAL)), "")
    if service:
        request = Request(service, "letter", in_both(REQUESTER), in_both(A_REPORT), work.now_utc, "uno@example.org")
        answer(work, edition, register(work.by("notify test"), request).number, name)


def _begin(work: Work) -> str:
    """Register a complaint about a lab, and take a centre down with others behind it; return the centre."""
    by_kind: dict[str, list[str]] = {}
    for site in work.office.fleet.sites.values():
        by_kind.setdefault(site.kind, []).append(site.id)
    lab, centre = (next(iter(by_kind.get(kind, [*work.office.fleet.sites]))) for kind in ("lab", "udc"))
    work.session.add(
        SiteState(site=centre, state="up", since_utc=work.now_utc - timedelta(weeks=2))
    )  # watched for long
    for each, started in ((centre, work.now_utc), (lab, work.now_utc + timedelta(hours=1))):
        opened = OutageOpened(
            each, started, started + timedelta(seconds=15), None, TIMEOUT, Cause.POWER, WHY, _evidence()
        )
        outages.apply(work, opened)
    behind = [site for site in by_kind.get("lab", []) if site != lab][:2]
    for each in behind:
        outages.apply(work, Affected(each, centre, work.now_utc))
    key = work.office.charter.service_for_kind("lab").key
    asker = (in_both(REQUESTER), in_both(COMPLAINT), work.now_utc, "teacher@example.org", lab)
    register(work.by("notify test"), Request(key, "email", *asker))
    outages.apply(work.at(work.now_utc + timedelta(hours=20)), OutageClosed(lab, work.now_utc + timedelta(hours=20)))
    return centre


def _evidence() -> Evidence:
    """Return the evidence of a plausible hour.

    Steady, a stall of our own, then slower and lossy until nothing answers.
    """
    steady = ((round(11 + 3 * math.sin(at / 3), 1), 0.0) for at in range(44))
    failing = ((round(20 + at * 4.5, 1), round(at / 30, 2)) for at in range(14))
    minutes = (*steady, None, None, *failing)
    chart = "▁" * 42 + "▂▂··" + "▃▃▄▄▅▅▆▆▇▇████"
    hour = Hour(chart=chart, rtt_ms_mean=18.4, rtt_ms_max=78.5, loss=0.05, minutes=minutes)
    router = SnmpSaid(device="gateway", uptime_s=3_553_200, ports=(Port(name="sfp1", status="down"),))
    way = Way(device="gateway", hops=((1, "192.0.2.1"), (2, "192.0.2.9")), reached=False)
    return Evidence(hour=hour, snmp=(router,), ways=(way,))


def _turn(site: str, now_utc: datetime, *, back: bool) -> OutageClosed | OutageOpened:
    if back:
        return OutageClosed(site, now_utc)
    return OutageOpened(site, now_utc, now_utc + timedelta(seconds=15), None, TIMEOUT, evidence=_evidence())


def _letter(notice: Notice) -> Letter:
    named = (notice.message_id, notice.thread_id)
    return Letter(notice.id, notice.kind, notice.recipient, *named, notice.created_utc, 1, notice.facts)


def _briefs(work: Work) -> Iterator[Letter]:
    links = [site.id for site in work.office.fleet.sites.values() if site.kind == "backbone"]
    busy = [(site, 0.83) for site in links[:1]]
    yield _made(notice_kinds.MORNING, work.office, morning_facts(work, busy), work.now_utc)
    yield _made(notice_kinds.WEEKLY, work.office, weekly_facts(work, work.now_utc), work.now_utc)


def _digest(work: Work) -> Letter:
    every = [each for each in notice_rows.every(work.session) if each.kind in notice_kinds.OF_ONE_CASE]
    pending = [(notice.kind, unpack_case(notice.kind, notice.facts)) for notice in every]
    return _made(notice_kinds.DIGEST, work.office, digest_facts(work.office, pending, work.now_utc), work.now_utc)


def _made(kind: str, office: Office, facts: Facts, now_utc: datetime) -> Letter:
    message_id = f"<sample.{kind}@{office.mail_domain}>"
    return Letter(0, kind, "responsible", message_id, message_id, now_utc, 1, pack(facts))
