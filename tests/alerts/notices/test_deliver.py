"""Letters of an officer who is away: they go to the deputy, say so, leave a trace, and come back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.accounts import users
from monitor.accounts.users import Profile
from monitor.alerts.cases.entered import entered_by
from monitor.alerts.channels.base import ChannelUnavailable, Letter, Recipient, Rendered
from monitor.alerts.notices.deliver import deliver_next
from monitor.domain.roles import Role
from monitor.i18n.catalogue import render
from monitor.reports.consequences import consequences
from monitor.reports.notification_trace import Hearing, explain
from monitor.reports.ticket_timeline import addressee
from monitor.store import ticket_rows
from monitor.store.models import Notice
from tests.alerts.cases.asked import ask
from tests.desk import Desk

DAY = timedelta(days=1)


class Post:
    """A channel that notes what it took, and from whom; or is away."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.taken: list[tuple[str | None, str, Rendered]] = []
        self.is_open = is_open

    def deliver(self, letter: Letter, recipient: Recipient, rendered: Rendered) -> str:
        if not self.is_open:
            raise ChannelUnavailable("closed")
        self.taken.append((recipient.address, letter.kind, rendered))
        return "taken"

    def abort(self) -> None:
        pass

    @property
    def addresses(self) -> list[str | None]:
        return [address for address, _, _ in self.taken]


def staffed(desk: Desk) -> None:
    """Three users; rahim is the responsible officer of the charter, by the address of both."""
    officers = dict(desk.office.charter.officers)
    officers["responsible"] = replace(officers["responsible"], email="officer@example.org")
    desk.office = replace(desk.office, charter=replace(desk.office.charter, officers=officers))
    with desk.store.write() as session:
        work = desk.work(session, "admin")
        for name, email in (
            ("rahim", "Officer@example.org"),
            ("karim", "karim@example.org"),
            ("salma", "s@example.org"),
        ):
            users.add(work, name, Profile(Role.OFFICER, [], [], "en", "", name.title(), email))


def goes(desk: Desk, name: str, deputy: str, days: float) -> None:
    with desk.store.write() as session:
        now_utc = desk.clock.utc()
        users.go_away(desk.work(session, name), name, now_utc, now_utc + days * DAY, deputy)
    look(desk)


def look(desk: Desk) -> None:
    """What the daemon does a second later: it takes over what people entered."""
    with desk.store.read() as session:
        desk.office = replace(desk.office, colleagues=entered_by(session, desk.clock.utc()).colleagues)


def send(desk: Desk, post: Post) -> None:
    while deliver_next(desk.store, desk.office, "email", post, desk.clock) == "done":
        pass


def trace(desk: Desk, number: str) -> list[Hearing]:
    with desk.store.read() as session:
        ticket = ticket_rows.numbered(session, number)
        assert ticket is not None
        return explain(session, desk.office, ticket, desk.clock.utc())


def test_while_an_officer_is_away_the_letters_go_to_the_deputy_and_say_for_whom_and_until_when(desk: Desk) -> None:
    staffed(desk)
    goes(desk, "rahim", "karim", 1)
    number = ask(desk, email="")
    post = Post()
    send(desk, post)
    ((address, _, rendered),) = post.taken
    assert address == "karim@example.org"
    name = desk.office.charter.officer("responsible").name("en")
    for part in (rendered.text, rendered.html, rendered.short):
        assert f"For {name}, who is away until Wednesday, 25 November 2026, 10:00." in part
    (sent, *ahead) = trace(desk, number)
    assert (sent.recipient, sent.given_to, sent.state) == ("responsible", "karim", "sent")
    assert "it went to karim" in str(sent.why)
    # What is foreseen within the absence goes to the deputy, what comes after it to the officer again.
    assert {each.given_to for each in ahead if each.recipient == "responsible"} == {"karim", ""}
    for each in ahead:
        within = each.recipient == "responsible" and each.at_utc < desk.clock.utc() + DAY
        assert each.given_to == ("karim" if within else "")
        assert ("is away until" in str(each.why)) is within


def test_at_the_end_of_the_absence_the_officer_gets_them_again_without_that_line(desk: Desk) -> None:
    staffed(desk)
    goes(desk, "rahim", "karim", 1)
    desk.clock.advance(25 * 3600)
    ask(desk, email="")
    post = Post()
    send(desk, post)
    assert post.addresses == ["officer@example.org"]
    assert "away" not in post.taken[0][2].text


@pytest.mark.parametrize("back", [False, True])
def test_what_was_enqueued_goes_to_whoever_is_in_charge_when_it_goes_out(desk: Desk, back: bool) -> None:
    staffed(desk)
    if back:
        goes(desk, "rahim", "karim", 1)
    ask(desk, email="")
    closed = Post(is_open=False)
    send(desk, closed)
    assert closed.taken == []
    if back:
        with desk.store.write() as session:
            users.come_back(desk.work(session, "rahim"), "rahim")
        look(desk)
    else:
        goes(desk, "rahim", "karim", 1)
    post = Post()
    desk.clock.advance(60)
    send(desk, post)
    assert post.addresses == ["officer@example.org" if back else "karim@example.org"]
    with desk.store.read() as session:
        (notice,) = session.scalars(select(Notice)).all()
    # It is one notice under one Message-ID, whoever got it.
    assert (notice.recipient, notice.given_to) == ("responsible", "" if back else "karim")


def test_a_deputy_who_is_away_too_is_stood_in_for_and_a_circle_leaves_the_letters_with_the_officer(desk: Desk) -> None:
    staffed(desk)
    goes(desk, "rahim", "karim", 2)
    goes(desk, "karim", "salma", 1)
    ask(desk, email="")
    post = Post()
    send(desk, post)
    goes(desk, "salma", "rahim", 1)
    ask(desk, email="")
    send(desk, post)
    assert post.addresses == ["s@example.org", "officer@example.org"]


def test_what_an_act_causes_names_the_deputy(desk: Desk) -> None:
    staffed(desk)
    number = ask(desk, email="")
    goes(desk, "rahim", "karim", 1)
    with desk.store.read() as session:
        ticket = ticket_rows.numbered(session, number)
        assert ticket is not None
        (told,) = consequences(desk.office, ticket, "resolve", desk.clock.utc()).notified
    said = render(addressee(desk.office, told.recipient, told.at_utc, "en"), "en")
    assert said.startswith("Karim (for ")
    assert "away until Wednesday, 25 November 2026, 10:00" in said


def test_a_letter_to_somebody_who_asked_goes_to_nobody_else(desk: Desk) -> None:
    staffed(desk)
    goes(desk, "rahim", "karim", 1)
    ask(desk, email="officer@example.org")
    post = Post()
    send(desk, post)
    assert sorted(map(str, post.addresses)) == ["karim@example.org", "officer@example.org"]


def test_a_letter_leads_to_the_runbook_that_the_configuration_names_when_it_goes_out(desk: Desk) -> None:
    ask(desk)
    mail = desk.office.mail.model_copy(update={"runbook_url": "https://docs.example.org/{lang}/runbook.html"})
    desk.office = replace(desk.office, mail=mail)

    post = Post()
    send(desk, post)
    (asked, officers) = sorted((rendered for _, _, rendered in post.taken), key=lambda each: "runbook" in each.text)
    assert "https://docs.example.org/bn/runbook.html#registered" in officers.text
    assert "runbook" not in asked.text
