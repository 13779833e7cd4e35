"""Write the Citizen's Charter as the sheet of the notice board, with the record of its promises. Landscape."""

from dataclasses import asdict
from typing import Literal

from monitor.charter.office import Office
from monitor.charter.services import Charter
from monitor.domain.message import N_
from monitor.i18n.catalogue import tr
from monitor.i18n.formats import digits, number_text, short_date_text
from monitor.i18n.languages import Lang, lookup
from monitor.reports import wording
from monitor.reports.export.as_pdf import page_words
from monitor.reports.export.pages import Column, Section, Table
from monitor.reports.export.typesetting import Document
from monitor.reports.printed_charter import PRINTED, SECTIONS, printed
from monitor.reports.sla_record import PromiseRecord, ServiceRecord

Paper = Literal["a3", "a4"]
PAPERS: tuple[Paper, ...] = ("a3", "a4")
ROWS: tuple[tuple[str, float], ...] = (
    (N_("No."), 0.5),
    (N_("Service"), 2.4),
    *zip(PRINTED.values(), (2.6, 2.4, 1.1, 1.3, 2.2), strict=True),
    (N_("Promise kept"), 0.9),
    (N_("Promise not kept"), 0.9),
    (N_("Usually takes"), 1.2),
    (N_("Open now"), 0.8),
)
STAGES: tuple[tuple[str, float], ...] = (
    (N_("Stage"), 0.5),
    (N_("To whom"), 4.0),
    (N_("Time"), 2.0),
    (N_("Came"), 0.8),
    (N_("Resolved in time"), 1.0),
    (N_("Time was over"), 1.0),
    (N_("Open now"), 0.8),
)
FIGURES_FROM = 7, 3
"""From which column on a row of the charter, and of the stages, has figures."""


def sheet(office: Office, found: PromiseRecord, lang: Lang, paper: Paper = "a3") -> Document:
    """Return the sheet to be set; its date is that at which the record was counted."""
    charter = office.charter
    values = {
        "paper": paper,
        "office": charter.name_bn if lang == "bn" else charter.name_en,
        "title": tr(lang, "Service promises (Citizen's Charter)"),
        "dated": tr(lang, "Citizen's Charter of {day}", day=short_date_text(charter.dated, lang)),
        "counted": tr(
            lang,
            "The record is from {first} to {last}: {kept:,} of {count:,} promises kept.",
            first=wording.moment_text(found.span[0], lang),
            last=wording.moment_text(found.at_utc, lang),
            kept=found.kept,
            count=found.kept + found.missed,
        ),
        "sections": [asdict(section) for section in _sections(charter, found, lang)],
        **page_words(lang),
    }
    name = f"{values['title']} \N{EN DASH} {values['office']}"
    return Document("charter.typ", name, lang, found.at_utc, values)


def _sections(charter: Charter, found: PromiseRecord, lang: Lang) -> list[Section]:
    sections = []
    for name, title in SECTIONS.items():
        rows = [
            [
                digits(service.number, lang),
                service.name(lang),
                *printed(charter, service, lang).values(),
                *_record(found.services.get(service.key, ServiceRecord()), lang),
            ]
            for service in charter.services.values()
            if service.section == name
        ]
        if rows:
            sections.append(Section(lookup(lang, title), [Table(_columns(ROWS, FIGURES_FROM[0], lang), rows)]))
    title = tr(lang, "4 Where it goes when it is not done in time")
    sections.append(Section(title, [Table(_columns(STAGES, FIGURES_FROM[1], lang), _stages(charter, found, lang))]))
    return sections


def _columns(wanted: tuple[tuple[str, float], ...], figures: int, lang: Lang) -> list[Column]:
    return [Column(lookup(lang, head), width, place >= figures) for place, (head, width) in enumerate(wanted)]


def _record(did: ServiceRecord, lang: Lang) -> list[str]:
    counts = [number_text(count, lang) for count in (did.kept, did.missed)]
    return [*counts, wording.lasting_text(did.typical_s, lang), number_text(did.open_now, lang)]


def _stages(charter: Charter, found: PromiseRecord, lang: Lang) -> list[list[str]]:
    did = {each.level: each for each in found.stages}
    rows = []
    for stage in charter.stages:
        holder, record = charter.officer(stage.holder), did[stage.level]
        who = ", ".join(dict.fromkeys(text for text in (holder.name(lang), holder.title(lang)) if text))
        counts = (record.came, record.in_time, record.late, record.open_now)
        rows.append(
            [digits(stage.level, lang), who, stage.disposal_text(lang), *(number_text(each, lang) for each in counts)]
        )
    return rows
