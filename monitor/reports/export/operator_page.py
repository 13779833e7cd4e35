"""Say an operator's scorecard in words, such that it can be sent to the operator as it is. Pure."""

from collections.abc import Mapping

from monitor.domain.message import N_
from monitor.i18n.catalogue import tr, trn
from monitor.i18n.formats import digits, number_text
from monitor.i18n.languages import Lang, lookup
from monitor.reports import wording
from monitor.reports.export.pages import Column, Section, Table
from monitor.reports.export.tables import most
from monitor.reports.operator_scorecard import LATE_AGAIN, OFTEN, Scorecard
from monitor.reports.report import Report

AGAIN = N_("Sites that failed again and again")
LATE = N_("Outages beyond the operator's limit, and who was notified")
AGAIN_COLUMNS: Mapping[str, str] = {
    "name": N_("Site"),
    "outages": N_("Outages"),
    "late": N_("Beyond the limit"),
    "length": N_("Length in all"),
    "over": N_("Beyond the limit in all"),
}
LATE_COLUMNS: Mapping[str, str] = {
    "number": N_("No."),
    "name": N_("Site"),
    "began": N_("Began"),
    "ended": N_("Over"),
    "length": N_("Length"),
    "over": N_("Past the operator's limit"),
    "cause": N_("Cause"),
    "notified": N_("Who was notified"),
}
WORDS = {"name": 2.4, "began": 1.35, "ended": 1.35, "cause": 2.4, "notified": 3.2}
"""The columns of words, and how wide each is; all others hold figures."""


def summary(report: Report, card: Scorecard, lang: Lang) -> str:
    """Say in a sentence how the operator's links did."""
    said = wording.availability_text(report, lang)
    if not card.late:
        return tr(lang, "{figures}; no outage beyond the operator's limit.", figures=said)
    return trn(
        lang,
        "{figures}; {count} outage beyond the operator's limit, by {over} (hours and minutes).",
        "{figures}; {count} outages beyond the operator's limit, by {over} (hours and minutes) in all.",
        len(card.late),
        figures=said,
        over=wording.length_text(card.over_us, lang),
    )


def opening(report: Report, card: Scorecard, lang: Lang) -> Section:
    """Return the words to the operator: what this is, and what is asked for."""
    said = tr(
        lang,
        "To {operator}: this is what {office} measured of the links and sites for which you answer to it.",
        operator=report.scope.name.name(lang),
        office=report.office.name(lang),
    )
    own = tr(
        lang,
        "The outages that are listed began at these sites themselves. A site that was cut off by an outage elsewhere "
        "has that in its time down, but in none of its outages.",
    )
    paragraphs = [said, own]
    if card.late:
        paragraphs.append(
            tr(
                lang,
                "Please answer with the cause of each outage that is listed as beyond the limit, and with what will "
                "keep it from happening again. Tell us, too, where your own record differs.",
            )
        )
    return Section(tr(lang, "To the operator"), paragraphs=paragraphs)


def again(card: Scorecard, lang: Lang) -> Section:
    """Return the sites that failed again and again."""
    shown, note = most("again", card.offenders, lambda each: (-each.over_us, -each.outages), lang)
    rows = [
        [
            each.name.name(lang),
            number_text(each.outages, lang),
            number_text(each.late, lang),
            wording.length_text(each.length_us, lang),
            wording.length_text(each.over_us, lang),
        ]
        for each in shown
    ]
    said = tr(
        lang,
        "Sites with {often} outages or more in this time, or with {late} or more beyond the limit.",
        often=OFTEN,
        late=LATE_AGAIN,
    )
    empty = tr(lang, "No site failed again and again.")
    return Section(lookup(lang, AGAIN), [Table(_columns(AGAIN_COLUMNS, lang), rows, note, empty)], paragraphs=[said])


def late(card: Scorecard, lang: Lang) -> Section:
    """Return the outages that lasted beyond the limit, with who was notified of each and when."""
    shown, note = most("late", card.late, lambda outage: -outage.over_us, lang)
    rows = [
        [
            digits(outage.number, lang),
            outage.name.name(lang),
            wording.moment_text(outage.started_utc, lang),
            wording.ended_text(outage, lang),
            wording.length_text(outage.length_us, lang),
            wording.length_text(outage.over_us, lang),
            wording.cause_text(outage, lang),
            wording.notices_text(outage.notices, lang) or wording.NONE,
        ]
        for outage in shown
    ]
    said = tr(lang, "Lengths are whole: what an outage lasted before this time is in them.")
    empty = tr(lang, "No outage beyond the limit.")
    return Section(lookup(lang, LATE), [Table(_columns(LATE_COLUMNS, lang), rows, note, empty)], paragraphs=[said])


def _columns(headings: Mapping[str, str], lang: Lang) -> list[Column]:
    return [Column(lookup(lang, text), WORDS.get(key, 1), number=key not in WORDS) for key, text in headings.items()]
