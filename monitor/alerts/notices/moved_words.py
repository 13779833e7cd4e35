"""The letter about deadlines that moved, in Bangla and English: each one as it was and is, and what moved it."""

from collections.abc import Iterator

from monitor.alerts.facts.moved import MovedDeadline, MovedFacts, MovingOrder
from monitor.alerts.notices.phrases import LABELS
from monitor.alerts.notices.wording import Row, Section, Words, page_row
from monitor.domain.message import N_, NN_
from monitor.domain.text import ascii_digits
from monitor.domain.tracking_code import shown
from monitor.i18n import formats
from monitor.i18n.catalogue import tr, trn
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.terms import CALENDAR_CHANGES

HAVE_MOVED = NN_("{count} deadline has moved: {names}", "{count} deadlines have moved: {names}")
BY_FILES = N_("The office's files of the calendar or the charter have changed.")


def moved_words(facts: MovedFacts, lang: Lang, *, for_citizen: bool = False) -> Words:
    """Return the letter in one language, to an officer or to the citizen who asked."""
    lines = [_line(each, lang) for each in facts.moved.items]
    if (more := facts.moved.count - len(lines)) > 0:
        lines.append(tr(lang, "and {count} more: upazila-monitor tickets", count=more))
    sections = (Section(tr(lang, "New deadlines"), tuple(lines)), Section(tr(lang, "Why"), tuple(_why(facts, lang))))
    if for_citizen:
        return _for_citizen(facts, lang, sections)
    names = ", ".join(order.name(lang) for order in facts.orders) or tr(lang, "another calendar")
    headline = trn(lang, *HAVE_MOVED, facts.moved.count, names=names)
    return Words(lang, headline, page_row(facts, lang), tr(lang, "Please go by the new dates."), sections)


def _for_citizen(facts: MovedFacts, lang: Lang, sections: tuple[Section, ...]) -> Words:
    first = facts.moved.items[0]
    headline = tr(lang, "The deadline of your request has moved: {site}", site=_subject(first, lang))
    rows: tuple[Row, ...] = ()
    to_do = tr(lang, "When you ask about it, give the number.")
    if facts.moved.count == 1:
        due = formats.moment_text(first.after, lang)
        text = N_("It is to be resolved by {deadline}. When you ask about it, give the number {number}.")
        to_do = tr(lang, text, deadline=due, number=first.number)
        code = shown(facts.asked.code) if facts.asked else ""
        shown_rows = (("ticket", first.number), ("code", code), ("due", due))
        rows = tuple(Row(name, lookup(lang, LABELS[name]), value) for name, value in shown_rows if value)
    return Words(lang, headline, rows, to_do, sections)


def _line(each: MovedDeadline, lang: Lang) -> str:
    """Return '[BHR-2026-000001] Juniadaha: due 25 November 2026, 17:00 → 26 November 2026, 17:00'."""
    subject = f"[{each.number}] {_subject(each, lang)}" if each.number else _subject(each, lang)
    known = {"subject": subject, "before": each.before, "after": each.after}
    if each.stage:
        text = N_("{subject}: stage {stage} ends {after:moment}, no longer {before:moment}")
        return tr(lang, text, stage=each.stage, **known)
    return tr(lang, "{subject}: due {after:moment}, no longer {before:moment}", **known)


def _subject(each: MovedDeadline, lang: Lang) -> str:
    return each.site.name(lang) if each.site else each.service.name(lang)


def _why(facts: MovedFacts, lang: Lang) -> Iterator[str]:
    yield from (_order(each, lang) for each in facts.orders)
    if facts.by_files or not facts.orders:
        yield tr(lang, BY_FILES)


def _order(each: MovingOrder, lang: Lang) -> str:
    """Return 'closed by order, Wed 25 Nov: The moon (order 42 of 24/11/2026)'."""
    return tr(
        lang,
        "{what}, {days}: {name} (order {order} of {dated})",
        what=lookup(lang, CALENDAR_CHANGES[each.what]),
        days=formats.days_text(each.first, each.last, lang),
        name=each.name(lang),
        order=formats.digits(ascii_digits(each.order), lang),
        dated=formats.short_date_text(each.dated, lang),
    )
