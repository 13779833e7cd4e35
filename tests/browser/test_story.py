"""A day of an officer who has never seen a shell: by mouse, by the keys alone, and without any script.

A real daemon watches real hosts in the lab; Chromium looks at it through a window.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest

from monitor.configuration import load
from monitor.domain.clock import DHAKA
from tests.browser.chromium import Chromium
from tests.browser.hands import Hands, Keys, Mouse
from tests.browser.looking import Seen
from tests.lab.daemon import Daemon
from tests.lab.damage import Damage
from tests.lab.fleet import shipped_sites, write_config
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.web.day import confirmed_charter

CODE = re.compile(r"works once: ([^\s.]+)")
BACKBONE = "backbone-north"
PASSWORD, OTHER_PASSWORD = "four-words-apart-rice", "another-four-words-boat"
REMARK = "অপারেটরের দল রওনা হয়েছে; কাল সকালে জোড়া দেবে"
SAID = "সকাল থেকে নেট নেই"


@pytest.fixture
def daemon(lab: Lab, tmp_path: Path) -> Iterator[Daemon]:
    """One that watches the shipped fleet, with the shipped promises."""
    with Daemon(lab, tmp_path / "home") as made:
        write_config(made.config, sites=shipped_sites(), listen=made.listen)
        (made.config / "charter.toml").write_text(confirmed_charter(), encoding="utf-8")
        made.start(ready_within_s=60)
        yield made
    print(f"---- the daemon said:\n{made.log()}")


def due_of(daemon: Daemon, number: str) -> datetime:
    """By when a ticket is due, by the office's clock."""
    (row,) = daemon.rows(f"SELECT deadline_utc FROM tickets WHERE number = '{number}'")
    return datetime.fromisoformat(row["deadline_utc"]).replace(tzinfo=UTC).astimezone(DHAKA)


@contextmanager
def told_at_its_end(seen: Seen) -> Iterator[None]:
    """Say where the officer was when something went wrong."""
    try:
        yield
    except BaseException:
        print(f"---- at {seen.page.url}:\n{seen.page.locator('body').inner_text()[:3_000]}")
        raise


class Officer:
    """Whoever does this day, with those hands, at that window."""

    def __init__(self, seen: Seen, hands: Hands, *, script: bool) -> None:
        self.seen, self.page, self.hands, self.script = seen, seen.page, hands, script

    def button(self, form: str) -> None:
        """Press the first button of a form, by the path that it is sent to."""
        with self.page.expect_navigation():
            self.hands.press(self.page.locator(f"form[action^='{form}'] button").first)

    def link(self, path: str) -> None:
        """Follow a link."""
        with self.page.expect_navigation():
            self.hands.press(self.page.locator(f"main a[href^='{path}']").first)

    def field(self, name: str, text: str) -> None:
        """Write into a field."""
        self.hands.write(self.page.locator(f"main [name='{name}']:visible").first, text)

    def comes(self, what: Callable[[], bool], within_s: float, words: str) -> None:
        """Wait until the page says it by itself; without script it is loaded again and again."""

        def looked() -> bool:
            if not self.script:
                self.page.reload()
            return what()

        until(looked, words, within_s)

    def toast(self) -> str:
        """What the page said of the last act."""
        return self.page.locator(".toast").inner_text()

    def log_out(self) -> None:
        with self.page.expect_navigation():
            self.hands.press(self.page.locator("form[action='/logout'] button"))

    def log_in(self, name: str, password: str, code: str = "") -> None:
        self.seen.go("/login")
        self.field("name", name)
        self.field("password", password)
        self.button("/login")
        if code:
            self.field("code", code)
            self.button("/login")

    def set_up(self, code: str) -> None:
        self.seen.go("/setup")
        for name, text in (("code", code), ("name", "amina"), ("password", PASSWORD), ("again", PASSWORD)):
            self.field(name, text)
        self.button("/setup")

    def invite(self, name: str, role: str) -> str:
        """Invite somebody; return the path of the link."""
        self.seen.go("/users")
        self.field("name", name)
        self.hands.choose(self.page.locator(f"input[name=role][value={role}]"))
        self.button("/users")
        return urlsplit(self.page.locator(".once code").inner_text()).path

    def accept(self, link: str, password: str) -> None:
        self.seen.go(link)
        self.field("password", password)
        self.field("again", password)
        self.button(link)

    def turn_on_second_step(self) -> pyotp.TOTP:
        self.seen.go("/me/second-factor")
        generator = pyotp.TOTP(self.page.locator("input[name=secret]").input_value())
        self.field("code", generator.now())
        self.button("/me/second-factor")
        assert self.page.locator(".codes li").count() == 10
        return generator

    def acknowledge_until_tomorrow(self) -> str:
        """From the first page; return the ticket's number."""
        with self.page.expect_navigation():
            self.hands.press(self.page.locator("[data-key=a]").first)
        number = self.page.url.split("/")[4]
        self.hands.choose(self.page.locator("input[name=until][value=tomorrow]"))
        self.field("text", REMARK)
        assert self.page.locator(".effects li").count() > 1, "what it will cause is not said before"
        self.button(f"/tickets/{number}/act/ack")
        assert REMARK in self.page.locator("main").inner_text()
        return number

    def register(self, place: str) -> str:
        """A complaint by phone, tied to the outage; return its number."""
        self.seen.go("/tickets/new")
        self.field("where", place)
        if not self.script:
            self.count()
        site = self.page.locator(f"input[name=site][value={BACKBONE}]")
        site.wait_for()
        self.hands.choose(site)
        if not self.script:
            self.count()
        self.page.locator("input[name=tie][type=checkbox]").wait_for()
        assert self.page.locator("input[name=tie][type=checkbox]").is_checked()
        self.hands.pick(self.page.locator("#service"), "citizen:2")
        self.field("text", SAID)
        self.field("asker", "জনাব শিক্ষক")
        self.field("phone", "01711000000")
        if not self.script:
            self.count()
        self.page.locator("#promise .say").wait_for()
        with self.page.expect_navigation():
            self.hands.press(self.page.locator("button[name=do][value=register]"))
        return self.page.locator(".number-large").inner_text()

    def count(self) -> None:
        """What happens while typing where there is script."""
        with self.page.expect_navigation():
            self.hands.press(self.page.locator("button[name=do][value=count]"))

    def plan(self, begins: datetime) -> None:
        self.seen.go("/maintenance/new")
        self.field("text", "অপারেটরের ফাইবার বদল")
        self.hands.choose(self.page.locator("input[name=where][value=behind]"))
        self.hands.pick(self.page.locator("#behind"), "backbone-south")
        self.hands.date(self.page.locator("#begins"), f"{begins:%Y-%m-%dT%H:%M}")
        self.hands.date(self.page.locator("#ends"), f"{begins + timedelta(hours=2):%Y-%m-%dT%H:%M}")
        with self.page.expect_navigation():
            self.hands.press(self.page.locator("form#plan button[name=see]"))
        assert self.page.locator("#effects .chips li").count() > 3
        with self.page.expect_navigation():
            self.hands.press(self.page.locator("#effects button"))

    def order_holiday(self, day: str) -> str:
        """A holiday by the moon; return what the page said before that it would move."""
        self.seen.go("/calendar/order")
        self.hands.choose(self.page.locator("input[name=what][value=closed]"))
        self.hands.date(self.page.locator("#date"), day)
        self.field("bn", "ঈদ, চাঁদ দেখা সাপেক্ষে")
        self.field("order", "০৫.০০.০০০০.১১২")
        self.hands.date(self.page.locator("#dated"), f"{datetime.now(DHAKA):%Y-%m-%d}")
        with self.page.expect_navigation():
            self.hands.press(self.page.locator("form[method=get] button.go"))
        said = self.page.locator("#effects").inner_text()
        with self.page.expect_navigation():
            self.hands.press(self.page.locator("#effects button"))
        return said

    def resolve(self, number: str) -> None:
        self.seen.go(f"/tickets/{number}/act/resolve")
        self.field("text", "লাইন জোড়া দেওয়া হয়েছে")
        self.button(f"/tickets/{number}/act/resolve")

    def printed(self, number: str) -> bytes:
        """The letter that the ticket's page is on paper."""
        self.seen.go(f"/tickets/{number}")
        self.page.emulate_media(media="print")
        assert self.page.locator(".letterhead").is_visible()
        assert self.page.locator(".signature").is_visible()
        assert not self.page.locator(".top").is_visible()
        paper = self.page.pdf(format="A4")
        self.page.emulate_media(media="screen")
        return paper


@pytest.mark.parametrize(
    "way",
    ["mouse", pytest.param("keys", marks=pytest.mark.long), pytest.param("no script", marks=pytest.mark.long)],
)
def test_a_whole_day_from_the_first_set_up_to_the_last_log_out(
    lab: Lab, mails: MailCatcher, daemon: Daemon, chromium: Chromium, way: str
) -> None:
    script = way != "no script"
    port = int(daemon.listen.rpartition(":")[2])
    with chromium.looking(port, width=390 if way == "mouse" else 1366, script=script) as seen, told_at_its_end(seen):
        officer = Officer(seen, Keys(seen.page) if way == "keys" else Mouse(), script=script)

        # The first user is let in by the code of the start-up lines, once, and invites the officer.
        code = CODE.search(daemon.log())
        assert code is not None, "no code for the first user in the log"
        officer.set_up(code[1])
        officer.log_in("amina", PASSWORD)
        link = officer.invite("karim", "programmer")
        assert seen.go("/setup") == 404
        officer.log_out()

        # The officer takes the invitation, and from then on the telephone's code is asked for.
        officer.accept(link, OTHER_PASSWORD)
        officer.log_in("karim", OTHER_PASSWORD)
        generator = officer.turn_on_second_step()
        officer.log_out()
        officer.log_in("karim", OTHER_PASSWORD, generator.at(time.time() + generator.interval))
        assert "karim" in officer.page.locator(".me").inner_text()

        # A backbone link is cut: the page says so by itself.
        seen.go("/")
        Damage(lab, load(daemon.config).fleet).down(BACKBONE)
        card = officer.page.locator(f"article:has(a[href='/sites/{BACKBONE}'])")
        officer.comes(lambda: card.locator("[data-key=a]").count() > 0, 40, "the outage and its ticket on the page")
        officer.comes(lambda: "▢" in card.inner_text(), 20, "what is behind it, folded under it")
        number = officer.acknowledge_until_tomorrow()

        # A teacher phones, and hears by when.
        request = officer.register("উত্তর ব্যাকবোন")
        due = due_of(daemon, request)
        assert daemon.rows("SELECT id FROM complaint_links"), "it is not tied to the outage"

        # Work is planned; the moon was seen: the teacher's day moves, as the page said before.
        officer.plan(datetime.now(DHAKA) + timedelta(days=3))
        said = officer.order_holiday(f"{due:%Y-%m-%d}")
        assert request in said
        until(lambda: due_of(daemon, request).date() > due.date(), "the teacher's new day", 20)

        # It is resolved, printed for the file, and the day is over.
        officer.resolve(request)
        assert officer.printed(request).startswith(b"%PDF")
        officer.log_out()
        assert seen.go(f"/tickets/{number}/act/resolve") == 200
        assert seen.page.url.endswith(f"/login?next=/tickets/{number}/act/resolve")
        assert seen.faults("the whole day") == []

        # All of it stands in the one chain, by name.
        acts = {(row["actor"], row["kind"]) for row in daemon.rows("SELECT actor, kind FROM acts")}
        for act in ("ticket.ack", "ticket.resolve"):
            assert ("karim", act) in acts, acts
        assert daemon.run("audit", "verify").returncode == 0
