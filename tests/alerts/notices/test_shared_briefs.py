"""The weekly brief of several offices: one letter to whom all of them would write, and nobody's week is lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from monitor.alerts.cases import outages
from monitor.alerts.cases.entered import Entered
from monitor.alerts.channels.base import Letter
from monitor.alerts.notices import lease, outbox, render
from monitor.alerts.notices.briefs import enqueue_briefs, missed
from monitor.alerts.notices.shared_briefs import enqueue_shared, shared_briefs
from monitor.charter.calendar import Calendar
from monitor.charter.office import Office
from monitor.charter.offices import Offices
from monitor.configuration import load_installation
from monitor.domain.reasons import TIMEOUT
from monitor.i18n.formats import DHAKA
from monitor.judging.decisions import Decision, OutageClosed, OutageOpened, SiteChanged
from monitor.judging.health import State
from monitor.settings.calendar_order import OrderedChange
from monitor.settings.installation import Installation
from monitor.store.database import Store
from monitor.store.models import Notice
from monitor.store.work import Work
from tests.settings.many_offices import installation as made
from tests.store.migrated import new_store

SITES = {"bheramara": "udc-juniadaha", "mirpur": "mirpur.udc", "gangni": "gangni.udc"}
SUNDAY = datetime(2026, 11, 29, 9, 5, tzinfo=DHAKA).astimezone(UTC)
LONG_AGO = datetime(2026, 11, 1, tzinfo=UTC)
NEXT = timedelta(days=7)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return load_installation(made(tmp_path_factory.mktemp("offices")))


def with_programmer(office: Office, email: str) -> Office:
    """The office with another address of its Programmer."""
    officers = office.charter.officers
    programmer = replace(officers["grievance"], email=email)
    charter = replace(office.charter, officers={**officers, "grievance": programmer})
    return replace(office, charter=charter, mail=office.mail.model_copy(update={"page_url": "https://ict.example.org"}))


@dataclass
class District:
    """Three offices, watched for long: those of Kushtia have one Programmer, Gangni has its own."""

    store: Store
    offices: Offices

    def decide(self, office: str, decision: Decision, at: datetime) -> None:
        with self.store.of(office).write() as session:
            outages.apply(Work(session, self.offices.office(office), at), decision)

    def change(self, office: str, changed: Office) -> None:
        self.offices = replace(self.offices, others={**self.offices.others, office: changed})

    def enqueue_shared(self, at: datetime = SUNDAY) -> list[str]:
        """Enqueue the briefs of several offices; their names."""
        found = []
        for parts in shared_briefs(self.offices, at):
            with self.store.write() as session:
                found.append(enqueue_shared(session, self.offices, parts, at))
        return found

    def enqueue(self, at: datetime = SUNDAY) -> list[str]:
        """What the calendar's job does; the names of the briefs of several offices."""
        found = self.enqueue_shared(at)
        for id_, office in self.offices.others.items():
            with self.store.of(id_).write() as session:
                enqueue_briefs(Work(session, office, at), ())
        return found

    def letters(self, at: datetime = SUNDAY) -> list[tuple[str, Letter]]:
        """Send what waits; each weekly brief with the office that keeps it."""
        found = []
        for id_, office in self.offices.others.items():
            while True:
                with self.store.of(id_).write() as session:
                    work = Work(session, office, at)
                    letter = lease.lease_next(work, "email")
                    if letter is None:
                        break
                    outbox.mark_sent(work, letter, "250 ok")
                if letter.kind == "weekly":
                    found.append((id_, letter))
        return found

    def weeks(self, at: datetime = SUNDAY) -> list[tuple[str, Sequence[str]]]:
        """Who keeps each brief that goes out now, and of which offices it is."""
        return [
            (id_, [each["name_en"].removeprefix("Upazila Office, ") for each in letter.facts["upazilas"]])
            for id_, letter in self.letters(at)
        ]


@pytest.fixture
def district(tmp_path: Path, installation: Installation) -> Iterator[District]:
    offices = Entered().offices(installation)
    store = new_store(tmp_path)
    found = District(store, offices)
    for id_, office in offices.others.items():
        email = "gangni@example.org" if id_ == "gangni" else "Programmer@example.org"
        found.change(id_, with_programmer(office, email if id_ != "mirpur" else email.lower()))
        found.decide(id_, SiteChanged(SITES[id_], State.UP, LONG_AGO), LONG_AGO)
    yield found
    store.close()


def closed_on_sunday(office: Office) -> Calendar:
    on, dated = date(2026, 11, 29), date(2026, 11, 20)
    return office.calendar.ordered(
        [OrderedChange(what="closed", bn="বন্ধ", en="Closed", order="7", dated=dated, date=on)]
    )


def goes_down_for_two_days(district: District, office: str) -> None:
    began = SUNDAY - timedelta(days=5)
    district.decide(office, OutageOpened(SITES[office], began, began, None, TIMEOUT), began)
    district.decide(office, OutageClosed(SITES[office], began + timedelta(days=2)), began + timedelta(days=2))


def test_who_stands_in_the_chains_of_two_offices_gets_one_letter_with_a_part_of_each(district: District) -> None:
    goes_down_for_two_days(district, "bheramara")
    goes_down_for_two_days(district, "gangni")
    assert district.enqueue() == ["weekly-20261129-kushtia"]
    sent = district.letters()

    # Kushtia's one letter is kept with its first office; Gangni's Programmer is of one office alone.
    assert [id_ for id_, _ in sent] == ["bheramara", "gangni"]
    kushtia, gangni = (letter for _, letter in sent)
    assert kushtia.message_id.startswith("<weekly-20261129-kushtia.bheramara.grievance@")
    rendered = render.render(kushtia, "en")
    assert rendered.subject == "Weekly brief of Kushtia, 22/11/2026 – 29/11/2026: 1 outage, 0 past their time"
    assert "2 offices\n- Upazila Office, Bheramara: 1 outage; 0 of 0 new tickets past their time; 0 at a stage\n" in (
        rendered.text
    )
    assert "\n- Upazila Office, Mirpur: 0 outages;" in rendered.text
    assert "\nUpazila Office, Bheramara – Longest outages\n" in rendered.text
    assert "Gangni" not in rendered.text
    assert "https://ict.example.org/offices/kushtia\n" in rendered.text
    bangla = render.render(kushtia, "bn")
    assert "কুষ্টিয়া" in bangla.subject
    assert "২টি কার্যালয়" in bangla.text

    # An office's own says nothing of others, and leads to its own page.
    own = render.render(gangni, "en")
    assert own.subject == "Weekly brief, 22/11/2026 – 29/11/2026: 1 outage, 0 past their time"
    assert "https://ict.example.org/?office=gangni\n" in own.text
    assert "Kushtia" not in own.subject


def test_it_is_sent_once_whatever_is_looked_at_again_and_none_of_its_offices_misses_one(district: District) -> None:
    district.enqueue()
    assert district.weeks() == [("bheramara", ["Bheramara", "Mirpur"]), ("gangni", ["Gangni"])]
    for at in (SUNDAY, SUNDAY + timedelta(minutes=20), SUNDAY + timedelta(days=3)):
        assert district.enqueue(at) == [""]
        assert district.weeks(at) == []
    with district.store.read() as session:
        found = missed(session, district.offices.others, SUNDAY + timedelta(hours=6))
    assert {id_: briefs["weekly"] for id_, briefs in found.items()} == dict.fromkeys(district.offices.others, False)

    # The next week has its own.
    assert district.enqueue(SUNDAY + NEXT) == ["weekly-20261206-kushtia"]


def test_whoever_is_named_in_another_place_tomorrow_gets_no_week_twice(district: District) -> None:
    district.enqueue()
    district.letters()
    # Mirpur gets a Programmer of its own: Bheramara's has had the week, and so has whoever was in Mirpur's place.
    district.change("mirpur", with_programmer(district.offices.office("mirpur"), "new@example.org"))
    later = SUNDAY + timedelta(hours=2)
    assert district.enqueue(later) == []
    assert district.weeks(later) == []
    # Gangni comes to Kushtia's Programmer, to whom its week was never sent: but it went out already.
    district.change("gangni", with_programmer(district.offices.office("gangni"), "programmer@example.org"))
    assert district.enqueue(later) == [""]
    assert district.weeks(later) == []


def test_an_office_whose_figures_cannot_be_had_keeps_no_other_from_its_reader_and_sends_its_own_later(
    district: District, caplog: pytest.LogCaptureFixture
) -> None:
    gangni = district.offices.office("gangni")
    district.change("gangni", with_programmer(gangni, "programmer@example.org"))
    goes_down_for_two_days(district, "mirpur")
    with district.store.write() as session:
        good = session.execute(text("SELECT evidence FROM outages WHERE office = 'mirpur'")).scalar_one()
        session.execute(text("UPDATE outages SET evidence = '{' WHERE office = 'mirpur'"))
    assert district.enqueue_shared() == ["weekly-20261129-khulna"]
    assert "the weekly brief of mirpur is not in" in caplog.text
    assert district.weeks() == [("bheramara", ["Bheramara", "Gangni"])]

    # Its own is tried again, and goes by itself.
    with pytest.raises(ValueError, match="Expecting property name"):
        district.enqueue()
    with district.store.write() as session:
        session.execute(text("UPDATE outages SET evidence = :e WHERE office = 'mirpur'"), {"e": good})
    assert district.enqueue() == [""]
    assert district.weeks() == [("mirpur", ["Mirpur"])]


def test_offices_that_send_no_mails_yet_share_none_with_those_that_do(district: District) -> None:
    bheramara = district.offices.office("bheramara")
    server = bheramara.mail.model_copy(update={"host": "mail.example.org", "sender": "ict@example.org"})
    charter = replace(bheramara.charter, officers_confirmed=True)
    confirmed = replace(bheramara, mail=server, charter=charter)
    assert confirmed.sends_mail
    district.change("bheramara", confirmed)
    assert district.enqueue() == []
    assert district.weeks() == [(id_, [id_.capitalize()]) for id_ in SITES]


def test_an_office_that_was_never_watched_before_has_no_part_in_it(tmp_path: Path, district: District) -> None:
    with district.store.write() as session:
        session.execute(text("DELETE FROM site_states WHERE site LIKE 'mirpur.%'"))
    assert district.enqueue() == [""]
    assert district.weeks() == [("bheramara", ["Bheramara"]), ("gangni", ["Gangni"])]


def test_an_office_that_opens_later_in_the_week_is_in_the_letter_of_the_first(district: District) -> None:
    mirpur = district.offices.office("mirpur")
    monday = replace(mirpur, calendar=closed_on_sunday(mirpur))
    district.change("mirpur", monday)
    assert district.enqueue(SUNDAY - timedelta(minutes=10)) == []
    assert district.enqueue() == ["weekly-20261129-kushtia"]
    assert district.weeks() == [("bheramara", ["Bheramara", "Mirpur"]), ("gangni", ["Gangni"])]
    assert district.enqueue(SUNDAY + timedelta(days=1)) == [""]
    assert district.weeks(SUNDAY + timedelta(days=1)) == []


def test_two_parts_of_one_office_to_one_address_are_one(district: District) -> None:
    for id_ in ("bheramara", "mirpur"):
        office = district.offices.office(id_)
        officers = office.charter.officers
        both = {**officers, "appeal": officers["grievance"]}
        notices = office.notices.model_copy(update={"weekly": ("grievance", "appeal")})
        district.change(id_, replace(office, charter=replace(office.charter, officers=both), notices=notices))
    assert district.enqueue() == ["weekly-20261129-kushtia"]
    assert district.weeks() == [("bheramara", ["Bheramara", "Mirpur"]), ("gangni", ["Gangni"])]
    with district.store.read() as session:
        merged = session.scalars(select(Notice).where(Notice.folded_into.is_not(None))).all()
    assert len(merged) == 4
