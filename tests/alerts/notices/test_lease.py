"""The outbox as a whole: storms, long silences, quiet hours, and further readers, on the shipped office."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select

from monitor.alerts.channels.alertmanager import AlertmanagerRecipient
from monitor.alerts.channels.base import Letter, Rendered
from monitor.alerts.channels.email import EmailRecipient
from monitor.alerts.notices import lease, outbox, render
from monitor.domain.notice_kinds import NoticeKind
from monitor.settings.notices_section import Notices, RecipientEntry
from monitor.store import notice_rows
from monitor.store.models import Notice
from monitor.store.work import Work
from tests.desk import Desk

NIGHT = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)  # two in the morning in Dhaka, on Wednesday


def labs(desk: Desk) -> list[str]:
    return [site.id for site in desk.office.fleet.sites.values() if site.kind == "lab"]


def a_storm(desk: Desk) -> int:
    """All labs fall silent, each by its own fault, and stay so until their target is missed."""
    for lab in labs(desk):
        desk.goes_down(lab)
    desk.wait(days=2)
    return len(labs(desk))


def test_a_storm_is_capped_for_each_reader_and_the_rest_comes_in_one_digest(desk: Desk) -> None:
    desk.office = replace(desk.office, notices=Notices(most_per_hour=10))
    count = a_storm(desk)
    sent = desk.send_all()
    for reader in ("responsible", "grievance"):
        own = [letter for letter in sent if letter.recipient == reader]
        assert [letter.kind for letter in own].count("digest") == 1
        assert len(own) == 10 - 4 + 1  # as many as are left when an hour's digests are set aside, and one digest
        digest = next(letter for letter in own if letter.kind == "digest")
        # Nothing is dropped: what was not told singly stands in the digest.
        assert digest.facts["notices"] == count - (len(own) - 1)
        rendered = render.render(digest)
        assert rendered.text.count("BHR-2026-") == 2 * (count - (len(own) - 1))
    assert desk.lease() is None
    with desk.store.read() as session:
        folded = session.scalars(select(Notice).where(Notice.folded_into.is_not(None))).all()
        assert len(folded) == 2 * (count - 6)


def test_a_second_storm_waits_for_the_next_digest(desk: Desk) -> None:
    desk.office = replace(desk.office, notices=Notices(most_per_hour=10))
    a_storm(desk)
    desk.send_all()
    desk.goes_down("backbone-north")
    desk.look()
    assert desk.lease() is None
    desk.wait(minutes=16)
    assert {letter.kind for letter in desk.send_all()} == {"opened", "stage"}  # a digest of one is that letter
    desk.wait(hours=1)
    desk.goes_down("backbone-bheramara")
    desk.look()
    # An hour later there is room for letters of their own again.
    assert {letter.kind for letter in desk.send_all()} == {"opened", "stage"}


def test_what_came_and_went_while_no_mail_could_be_sent_is_one_summary_after_what_is_new(desk: Desk) -> None:
    for hours, link in enumerate(("backbone-north", "backbone-bheramara")):
        desk.goes_down(link)
        desk.wait(hours=1 + hours)
        desk.comes_back(link)
        desk.wait(hours=1)
    desk.goes_down("udc-juniadaha")
    desk.wait(days=7)
    own = [letter for letter in desk.send_all() if letter.recipient == "responsible"]
    assert [letter.kind for letter in own] == ["opened", "digest"]
    words = render.render(own[1]).text
    assert "Up again or resolved by now (2)" in words
    assert words.count("BHR-2026-000001") == 2  # once in each language
    assert "BHR-2026-000003" not in words


def test_a_digest_comes_apart_when_the_server_is_away_and_all_is_told_in_one_later(desk: Desk) -> None:
    desk.office = replace(desk.office, notices=Notices(most_per_hour=10))
    a_storm(desk)
    for _ in range(40):
        letter = desk.lease()
        assert letter is not None
        with desk.store.write() as session:
            outbox.put_back(desk.work(session), letter, "nobody listens")
        desk.clock.advance(300)
    sent = desk.send_all()
    assert [letter.kind for letter in sent].count("digest") == 2  # one for each reader


def test_a_digest_of_one_is_that_letter_and_takes_the_digests_place(desk: Desk) -> None:
    desk.office = replace(desk.office, notices=Notices(most_per_hour=10))
    for lab in labs(desk)[:7]:  # six letters have room: one is left
        desk.goes_down(lab)
    desk.wait(days=2)
    own = [letter for letter in desk.send_all() if letter.recipient == "responsible"]
    assert [letter.kind for letter in own] == ["opened"] * 7
    # It was a digest's turn that it took: the next has to wait for its own.
    desk.goes_down("backbone-north")
    desk.look()
    assert desk.send_all() == []
    desk.wait(minutes=16)
    assert {letter.kind for letter in desk.send_all()} == {"opened", "stage"}


def test_what_is_urgent_goes_at_night_and_the_next_stage_hears_at_opening(desk: Desk) -> None:
    desk.clock.now_utc = NIGHT
    desk.goes_down("backbone-north")
    desk.look()
    assert [(letter.kind, letter.recipient) for letter in desk.send_all()] == [("opened", "responsible")]
    desk.wait(hours=6, minutes=59)
    assert desk.send_all() == []
    desk.wait(minutes=1)
    assert [(letter.kind, letter.recipient) for letter in desk.send_all()] == [("stage", "grievance")]


def test_what_was_over_before_the_office_opened_is_told_in_one_letter_at_opening(desk: Desk) -> None:
    desk.clock.now_utc = NIGHT
    desk.goes_down("backbone-north")
    desk.look()
    desk.send_all()
    desk.comes_back("backbone-north")
    desk.wait(minutes=11)
    # The officer who heard at night hears at once that it is over; the programmer slept through both.
    assert [(letter.kind, letter.recipient) for letter in desk.send_all()] == [("resolved", "responsible")]
    desk.wait(hours=7)
    # A digest of one matter is that matter's last letter.
    (morning,) = desk.send_all()
    assert (morning.kind, morning.recipient) == ("resolved", "grievance")


def test_nothing_goes_out_on_a_holiday_but_what_is_urgent(desk: Desk) -> None:
    desk.clock.now_utc = datetime(2026, 12, 16, 4, 0, tzinfo=UTC)  # Victory Day, a Wednesday
    desk.goes_down("backbone-north")
    desk.look()
    assert [letter.kind for letter in desk.send_all()] == ["opened"]
    desk.wait(days=1)
    assert [letter.kind for letter in desk.send_all()] == ["stage"]


def test_an_office_may_have_everything_at_once(desk: Desk) -> None:
    desk.office = replace(desk.office, notices=Notices(quiet_hours=False))
    desk.clock.now_utc = NIGHT
    desk.goes_down("backbone-north")
    desk.look()
    assert {letter.kind for letter in desk.send_all()} == {"opened", "stage"}


def with_readers(desk: Desk, **readers: RecipientEntry) -> None:
    desk.office = replace(desk.office, recipients=readers)


def test_further_readers_hear_of_what_they_asked_for_and_of_its_end(desk: Desk) -> None:
    chief = EmailRecipient(email="chief@example.org", kinds=(NoticeKind.OPENED, NoticeKind.RESOLVED), lang="en")
    schools = EmailRecipient(email="schools@example.org", site_kinds=("lab",))
    with_readers(desk, chief=chief, schools=schools)
    desk.goes_down("backbone-north")
    desk.look()
    assert {(letter.kind, letter.recipient) for letter in desk.send_all()} == {
        ("opened", "responsible"),
        ("stage", "grievance"),
        ("opened", "chief"),
    }
    desk.comes_back("backbone-north")
    desk.wait(minutes=11)
    ends = desk.send_all()
    assert {letter.recipient for letter in ends} == {"responsible", "grievance", "chief"}
    # Each has a thread of his own.
    assert len({letter.thread_id for letter in ends}) == 3


def test_who_only_wants_good_news_gets_none_of_troubles_that_he_never_heard_of(desk: Desk) -> None:
    with_readers(desk, optimist=EmailRecipient(email="o@example.org", kinds=(NoticeKind.RESOLVED,)))
    desk.goes_down("backbone-north")
    desk.look()
    desk.comes_back("backbone-north")
    desk.wait(minutes=11)
    assert "optimist" not in {recipient for _, recipient in desk.notices()}


def test_another_channel_has_letters_of_its_own(desk: Desk) -> None:
    with_readers(desk, phone=AlertmanagerRecipient(url="http://127.0.0.1:9093"))
    desk.goes_down("backbone-north")
    desk.look()
    assert {letter.recipient for letter in desk.send_all()} == {"responsible", "grievance"}
    first = desk.lease(channel="alertmanager")
    assert first is not None
    assert first.recipient == "phone"


def test_a_reader_of_one_language_gets_that_one(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    letter = desk.send_all()[0]
    english, bangla, both = (render.render(letter, lang) for lang in ("en", "bn", "both"))
    assert isinstance(both, Rendered)
    assert "down for" in english.subject
    assert "সংযোগ নেই" in bangla.text
    assert "সংযোগ নেই" not in english.text
    assert "down for" not in bangla.text
    assert both.subject == bangla.subject
    assert "Ticket: BHR-2026-000001" in english.short


def test_what_became_of_a_letter_is_recorded_only_under_the_lease_with_which_it_was_sent(desk: Desk) -> None:
    """A daemon that was stopped while it sent, and wakes when another has leased the letter, changes nothing of it."""
    a_storm(desk)
    late = lease_by(desk, "a/1")
    assert late is not None
    with desk.store.write() as session:
        notice_rows.release_leases(session, ["a/1"])
        assert session.get_one(Notice, late.id).leased_until_utc is not None, "whose daemon lives keeps it"
    with desk.store.write() as session:
        notice_rows.release_leases(session, ["b/2"])
    now = lease_by(desk, "b/2")
    assert now is not None
    assert (now.id, now.attempts) == (late.id, 2)
    recorded: list[Callable[[Work, Letter], bool]] = [
        lambda work, letter: outbox.mark_sent(work, letter, "250 ok"),
        lambda work, letter: outbox.mark_failed(work, letter, "no", 0.5),
        lambda work, letter: outbox.mark_dead(work, letter, "no"),
        lambda work, letter: outbox.put_back(work, letter, "no"),
        lambda work, letter: outbox.hold(work, letter, "no", 0.5),
    ]
    with desk.store.write() as session:
        assert [record(desk.work(session), late) for record in recorded] == [False] * 5
        notice = session.get_one(Notice, now.id)
        assert (notice.sent_utc, notice.dead_utc, notice.attempts, notice.leased_by) == (None, None, 2, "b/2")
        assert outbox.mark_sent(desk.work(session), now, "250 ok")
    with desk.store.read() as session:
        assert session.get_one(Notice, now.id).proof == "250 ok"


def lease_by(desk: Desk, holder: str) -> Letter | None:
    with desk.store.write() as session:
        return lease.lease_next(desk.work(session), "email", holder)
