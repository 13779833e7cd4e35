"""Write a ticket as a letter on A4: what it is about, how its time was counted, who had it, and what was done."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from monitor.alerts.notices.gather import deadline_of
from monitor.charter.calendar import CalendarError
from monitor.charter.deadline import explain as explained
from monitor.charter.office import Office
from monitor.domain.clock import DHAKA
from monitor.domain.message import N_
from monitor.i18n.catalogue import render, tr
from monitor.i18n.formats import date_text, digits
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.terms import ACTORS, CHANNELS, HISTORY, NOTICE_KINDS, REACHED, TICKET_STATES, WAYS
from monitor.reports import wording
from monitor.reports.export.as_pdf import page_words
from monitor.reports.export.pages import Column, Section, Table
from monitor.reports.export.typesetting import Document
from monitor.reports.ladder import ladder
from monitor.reports.notification_trace import explain
from monitor.reports.ticket_timeline import Teller, TimelineEntry, reader_name, timeline
from monitor.store.models import Ticket
from monitor.store.session import Session

DOTS = "." * 20
STAGES = (N_("Stage"), N_("To whom"), N_("Began"), N_("Until"), N_("State"))
LINES = (N_("When"), N_("What"), N_("Who"), N_("Particulars"))


def letter(
    session: Session, office: Office, ticket: Ticket, now_utc: datetime, lang: Lang, *, personal: bool
) -> Document:
    """Return the letter, dated today, to be set.

    ``personal``: with the requester's name and words, and what people wrote.
    """
    charter = office.charter
    service = charter.service(ticket.service)
    entries = timeline(ticket.events, explain(session, office, ticket, now_utc), personal=personal)
    values = {
        "government": tr(lang, "Government of the People's Republic of Bangladesh"),
        "office": charter.name_bn if lang == "bn" else charter.name_en,
        "memo": tr(lang, "Memo no.: {number}", number=ticket.memo or DOTS),
        "date": tr(lang, "Date: {date}", date=date_text(now_utc.astimezone(DHAKA).date(), lang)),
        "subject": tr(lang, "Subject: {service}, ticket {number}", service=service.name(lang), number=ticket.number),
        "facts": list(_facts(office, ticket, lang, personal=personal)),
        "sections": [
            asdict(section)
            for section in (
                Section(tr(lang, "How it was counted"), paragraphs=_counted(office, ticket, lang)),
                Section(tr(lang, "Who had it, and has it"), [_stages(office, ticket, lang)]),
                Section(tr(lang, "What was done"), [_done(office, entries, lang)]),
            )
        ],
        "signer": charter.officer(service.officer).title(lang) or charter.officer(service.officer).name(lang),
        "number": ticket.number,
        **page_words(lang),
    }
    name = tr(lang, "Letter about ticket {number}", number=ticket.number)
    return Document("letter.typ", name, lang, now_utc, values)


def _facts(office: Office, ticket: Ticket, lang: Lang, *, personal: bool) -> Iterator[tuple[str, str]]:
    service = office.charter.service(ticket.service)
    asked = ticket.source in WAYS
    if asked:
        way = lookup(lang, WAYS[ticket.source])
        asker = ticket.asker or tr(lang, "no name given")
        yield tr(lang, "Requested by"), f"{asker}, {way}" if personal else way
    if asked and personal:
        yield tr(lang, "Request"), ticket.text
    yield tr(lang, "Received") if asked else tr(lang, "Down since"), wording.moment_text(ticket.event_utc, lang)
    if ticket.site:
        site = office.fleet.sites.get(ticket.site)
        name = ticket.site if site is None else site.name_bn if lang == "bn" else site.name_en
        yield tr(lang, "Site"), name
    yield tr(lang, "Promised time"), service.target_text(lang)
    yield tr(lang, "Deadline"), wording.moment_text(ticket.deadline_utc, lang)
    yield tr(lang, "State"), lookup(lang, TICKET_STATES[ticket.state])
    if ticket.resolved_utc:
        yield tr(lang, "Resolved on"), wording.moment_text(ticket.resolved_utc, lang)


def _counted(office: Office, ticket: Ticket, lang: Lang) -> list[str]:
    try:
        return explained(deadline_of(office, ticket), lang).splitlines()
    except CalendarError:  # the calendar does not reach that far any more
        return []


def _stages(office: Office, ticket: Ticket, lang: Lang) -> Table:
    rows = [
        [
            digits(rung.level, lang),
            office.charter.officer(rung.holder).title(lang) or office.charter.officer(rung.holder).name(lang),
            wording.moment_text(rung.begins_utc, lang),
            wording.moment_text(rung.ends_utc, lang),
            lookup(lang, REACHED[rung.reached]),
        ]
        for rung in ladder(office, ticket)
    ]
    widths = (0.6, 3.0, 1.6, 1.6, 1.8)
    return Table([Column(lookup(lang, head), width, False) for head, width in zip(STAGES, widths, strict=True)], rows)


def _done(office: Office, entries: list[TimelineEntry], lang: Lang) -> Table:
    rows = [[wording.moment_text(entry.at_utc, lang), *_line(office, entry, lang)] for entry in entries]
    widths = (1.2, 1.8, 2.0, 4.0)
    return Table([Column(lookup(lang, head), width, False) for head, width in zip(LINES, widths, strict=True)], rows)


def _line(office: Office, entry: TimelineEntry, lang: Lang) -> tuple[str, str, str]:
    if entry.teller is Teller.LETTER:
        kind = lookup(lang, NOTICE_KINDS.get(entry.kind, entry.kind))
        channel = lookup(lang, CHANNELS.get(entry.channel, entry.channel))
        reader = render(reader_name(office, entry.actor, lang), lang)
        return tr(lang, "Letter: {kind}", kind=kind), lookup(lang, ACTORS["monitor"]), f"{reader} ({channel})"
    said = render(entry.said, lang)
    words = "; ".join(text for text in (said, entry.remark) if text)
    return lookup(lang, HISTORY.get(entry.kind, entry.kind)), lookup(lang, ACTORS.get(entry.actor, entry.actor)), words
