"""The page of the monitor itself: what is not well stands out; letters are sent again, the database is copied."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from monitor.doctor.finding import Examined, found
from monitor.doctor.mail import RECIPIENT_REFUSED
from monitor.domain.leases import Duty, Lease
from monitor.domain.message import message
from monitor.i18n.catalogue import render
from monitor.runtime.leases import SoleHolder
from monitor.store import act_rows
from monitor.store.act_rows import ActFilter
from monitor.store.copies import nightly
from monitor.store.models import Notice
from tests.runtime.built import OfOthers
from tests.web.signed_in import SignedIn
from tests.web.world import World, world


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One with a letter that was given up."""
    with world(tmp_path_factory.mktemp("health")) as made:
        made.gaps()["ticket"]
        with made.desk.store.write() as session:
            notice = session.scalars(select(Notice).order_by(Notice.id)).first()
            assert notice is not None
            notice.dead_utc, notice.last_error = made.desk.clock.utc(), "550 no such user rahim@example.org"
        yield made


def dead(office: World) -> list[int]:
    with office.desk.store.read() as session:
        return list(session.scalars(select(Notice.id).where(Notice.dead_utc.is_not(None))))


def test_a_letter_that_was_given_up_stands_out_and_is_sent_again(office: World) -> None:
    someone = SignedIn(office, "officer")
    page = someone.get("/health?lang=en").text
    assert "The monitor itself needs attention" in page
    assert "550 no such user rahim@example.org" in page
    (id_,) = dead(office)
    assert someone.post("/health/resend", id=str(id_)).status == 303
    assert dead(office) == []
    assert someone.post("/health/resend", id="999999").status == 409
    assert someone.post("/health/resend", id="x").status == 422


def test_who_may_only_read_sees_no_words_of_mail_servers(office: World) -> None:
    with office.desk.store.write() as session:
        notice = session.scalars(select(Notice).order_by(Notice.id)).first()
        assert notice is not None
        notice.last_error = "450 later, rahim@example.org"
    office.desk.live.mail_trouble = {"email": "mail.example.org: refused rahim@example.org"}
    page = SignedIn(office, "viewer").get("/health?lang=en").text
    assert "rahim@example.org" not in page
    assert "cannot be reached" in page
    assert "rahim@example.org" in SignedIn(office, "officer").get("/health?lang=en").text
    office.desk.live.mail_trouble = {}


def test_a_daemon_that_does_not_send_tells_what_the_one_says_of_the_channels_that_does(office: World) -> None:
    """What it knew from the time when it still sent is of no use."""
    live, someone = office.desk.live, SignedIn(office, "officer")
    live.mail_trouble = {"email": "mail.example.org: refused"}
    live.leases = OfOthers(Lease(Duty.CASES, "a/1", 3), {"sms": message("no money for {count} letters", count=3)})
    page = someone.get("/health?lang=en").text
    bundle = json.loads(someone.post("/health/bundle").body)
    live.leases = OfOthers(Lease(Duty.OUTBOX, "a/1", 3))
    sending = someone.get("/health?lang=en").text
    live.leases, live.mail_trouble = SoleHolder(), {}
    assert "another daemon&#39;s duty" in page
    assert "mail.example.org" not in page
    assert "no money for 3 letters" in page
    assert bundle["channels_away"] == ["sms"]
    assert "The monitor itself is well" not in page
    assert "another daemon&#39;s duty" not in sending
    assert "no money" not in sending
    assert "mail.example.org: refused" in sending


def test_the_database_is_copied_at_once_and_who_did_it_is_recorded(office: World) -> None:
    someone = SignedIn(office, "officer")
    assert someone.post("/health/copy").status == 303
    assert len(nightly(office.desk.store.state / "backups")) == 1
    with office.desk.store.read() as session:
        (copied,) = act_rows.listed(session, ActFilter(kind="backup.create"), 5)
    assert copied.actor == "officer"
    assert "Copies</dt><dd>1" in someone.get("/health?lang=en").text


def test_the_file_for_support_holds_no_address_unless_it_is_asked_for(office: World) -> None:
    someone = SignedIn(office, "officer")
    plain = someone.post("/health/bundle")
    addresses = {str(device.address) for device in office.desk.settings.fleet.devices.values()}
    assert not any(f'"{address}"' in plain.text for address in addresses)
    assert json.loads(plain.body)["sites"] == len(office.desk.settings.fleet.sites)
    assert set(json.loads(someone.post("/health/bundle", addresses="on").body)["addresses"].values()) == addresses


def test_who_is_in_charge_of_one_union_sends_and_copies_nothing(office: World) -> None:
    someone = SignedIn(office, "far-officer")
    assert someone.post("/health/resend", id="1").status == 403
    assert someone.post("/health/copy").status == 403


def test_what_is_wrong_with_clock_configuration_and_database_is_said(office: World) -> None:
    live = office.desk.live
    live.clock_suspect, live.store_faults = True, ["the schema has lost an index"]
    page = SignedIn(office, "viewer").get("/health?lang=en").text
    live.clock_suspect, live.store_faults = False, []
    assert "not trusted" in page
    assert "the schema has lost an index" in page


def test_what_was_examined_is_shown_with_its_mend_to_whoever_may_see_it(office: World) -> None:
    desk = office.desk
    refused = found(RECIPIENT_REFUSED, server="mail:25", address="rahim@example.org", why="550 no such user")
    desk.examiner.examined = {"mail": Examined("mail", (refused,), desk.clock.utc())}
    page = SignedIn(office, "officer").get("/health?lang=en").text
    assert "What was examined" in page
    assert "mail:25 refuses the recipient rahim@example.org: 550 no such user" in page
    assert "charter.toml: correct that address" in page
    shown = SignedIn(office, "viewer").get("/health?lang=en").text
    assert "rahim@example.org" not in shown
    assert "The monitor itself needs attention" in shown, "that something is wrong is no secret"
    assert "গ্রহণ করে না" in SignedIn(office, "officer").get("/health?lang=bn").text
    desk.examiner.examined = {}


def test_why_mail_does_not_go_is_said_in_the_language_of_the_page(office: World) -> None:
    why = message("the server left before it answered: {fault}", fault=message("Connection timed out"))
    office.desk.live.mail_trouble = {"email": why}
    with office.desk.store.write() as session:
        notice = session.scalars(select(Notice).order_by(Notice.id)).first()
        assert notice is not None
        notice.dead_utc, notice.last_error, notice.why = office.desk.clock.utc(), str(why), why
    for path in ("/health", "/"):
        page = SignedIn(office, "officer").get(f"{path}?lang=bn").text
        assert render(why, "bn") in page, path
        assert str(why) not in page, path
    office.desk.live.mail_trouble = {}


def test_of_several_daemons_on_the_database_each_is_shown_and_what_this_one_does(office: World) -> None:
    someone = SignedIn(office, "officer")
    assert "Daemons on this database" not in someone.get("/health?lang=en").text, "the database is a file"
    office.desk.live.leases = OfOthers(Lease(Duty.OUTBOX, "a/1", 3))
    page = someone.get("/health?lang=en").text
    assert "<li>a · this one<small>2 of 64 shards of sites</small></li>" in page
    assert '62 of 64 shards of sites · <span class="text-warn">its clock is not trusted</span>' in page
    assert "nothing answers it beyond isp" in page
    assert "its sites or offices are others than this one&#39;s: reload both" in page
    assert "sending letters" in page
    office.desk.live.leases = SoleHolder()
