"""Make the feeds of a publication: Atom (RFC 4287) of outages and announced work, iCalendar (RFC 5545) of the latter.

Ids are the same for ever and tell nothing of the thing. An outage has one entry, which changes when it is over.
"""

from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from icalendar import Calendar, Event, Timezone, vRecur, vText

from monitor.charter.office import Office
from monitor.domain.reasons import Names
from monitor.i18n import formats
from monitor.i18n.catalogue import tr
from monitor.i18n.languages import BOTH, Lang, lookup
from monitor.i18n.public_terms import PUBLIC_CAUSES
from monitor.web.public.model import Publication, Trouble, Work, key_of
from monitor.web.public.rendering import FEED

ATOM = "http://www.w3.org/2005/Atom"
DAY_CODES = {
    **{"sunday": "SU", "monday": "MO", "tuesday": "TU", "wednesday": "WE"},
    **{"thursday": "TH", "friday": "FR", "saturday": "SA"},
}
MOST_WORKS = 20
REFRESH = timedelta(hours=1)
DHAKA_ZONE = "Asia/Dhaka"


def atom(found: Publication, office: Office, lang: Lang, url: str) -> bytes:
    """Return the feed in one language; ``url``: of the page, if it is known."""
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": lang})
    name = Names(office.charter.name_bn, office.charter.name_en).name(lang)
    _text(feed, "title", name)
    _text(feed, "id", f"urn:uuid:{key_of(office, 'feed', lang)}")
    moments = [_changed_utc(each) for each in found.latest]
    _text(feed, "updated", _iso(max(moments, default=found.at_utc)))
    _text(SubElement(feed, "author"), "name", name)
    _link(feed, url or "index.html", "alternate")
    if url:
        _link(feed, f"{url.rstrip('/')}/{FEED[lang]}", "self")
    for trouble in found.latest:
        _outage(feed, trouble, lang, url)
    for work in found.planned[:MOST_WORKS]:
        if not work.is_cancelled:
            _announcement(feed, work, lang, url)
    indent(feed)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="unicode").encode() + b"\n"


def _outage(feed: Element, trouble: Trouble, lang: Lang, url: str) -> None:
    name = trouble.name.name(lang)
    if trouble.ended_utc is None:
        title = tr(lang, "{site}: disrupted", site=name)
        lines = [tr(lang, "since {at:moment}", at=trouble.began_utc)]
    else:
        title = tr(lang, "{site}: up again", site=name)
        length = trouble.ended_utc - trouble.began_utc
        lines = [tr(lang, "{begins:moment} to {ends:moment}", begins=trouble.began_utc, ends=trouble.ended_utc)]
        lines.append(formats.duration_text(length, lang))
    if trouble.cause:
        lines.append(lookup(lang, PUBLIC_CAUSES.get(trouble.cause, PUBLIC_CAUSES[""])))
    _entry(feed, trouble.key, title, [*lines, *trouble.notes], _changed_utc(trouble), trouble.began_utc, url)


def _announcement(feed: Element, work: Work, lang: Lang, url: str) -> None:
    title = tr(lang, "Planned work{what:: }", what=work.text.name(lang))
    lines = [tr(lang, "{begins:moment} to {ends:moment}", begins=work.begins_utc, ends=work.ends_utc)]
    names = work.unions or work.sites
    lines += [formats.and_text([name.name(lang) for name in names], lang)] if names else []
    announced_utc = work.announced_utc  # not the time at which the feed is made: readers would be told of it each time
    _entry(feed, work.key, title, lines, announced_utc, announced_utc, url)


def _entry(
    feed: Element, key: str, title: str, lines: list[str], updated: datetime, published: datetime, url: str
) -> None:
    entry = SubElement(feed, "entry")
    _text(entry, "id", f"urn:uuid:{key}")
    _text(entry, "title", title)
    _text(entry, "updated", _iso(updated))
    _text(entry, "published", _iso(published))
    _link(entry, url or "index.html", "alternate")
    content = SubElement(entry, "content", {"type": "text"})
    content.text = "\n".join(lines)


def _changed_utc(trouble: Trouble) -> datetime:
    return trouble.ended_utc or trouble.began_utc


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _link(parent: Element, href: str, rel: str) -> None:
    SubElement(parent, "link", {"rel": rel, "href": href})


def _iso(at_utc: datetime) -> str:
    return f"{at_utc.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def planned_calendar(found: Publication, office: Office) -> bytes:
    """Return the announced work as a calendar, in Bangla and English; work that was called off is in it, cancelled."""
    calendar = Calendar()
    calendar.add("prodid", "-//upazila-monitor//planned work//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    title = " / ".join(tr(lang, "Planned work") for lang in BOTH)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add_component(Timezone.from_tzid(DHAKA_ZONE))
    for work in found.planned:
        calendar.add_component(_event(work, found.at_utc, office))
    return bytes(calendar.to_ical())


def _event(work: Work, at_utc: datetime, office: Office) -> Event:
    event = Event()
    event.add("uid", work.key)
    event.add("dtstamp", at_utc)
    event.add("dtstart", work.begins_utc.astimezone(formats.DHAKA))
    event.add("dtend", work.ends_utc.astimezone(formats.DHAKA))
    event.add("sequence", work.sequence)
    event.add("status", "CANCELLED" if work.is_cancelled else "CONFIRMED")
    if work.window.days:
        rule: dict[str, object] = {"freq": "weekly", "byday": [DAY_CODES[day] for day in work.window.days]}
        if work.window.until_utc is not None:
            rule["until"] = work.window.until_utc
        event.add("rrule", vRecur(rule))
    texts = [tr(lang, "Planned work{what:: }", what=work.text.name(lang)) for lang in BOTH]
    event.add("summary", vText(" / ".join(texts)))
    names = work.unions or work.sites
    places = [formats.and_text([name.name(lang) for name in names], lang) for lang in BOTH] if names else []
    event.add("location", vText(" / ".join(places) or office.charter.name_en))
    return event
