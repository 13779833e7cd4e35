"""A day of an office on which there is something of everything: for pictures, and for whoever looks at the pages."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from monitor.alerts.cases import actions, downtimes
from monitor.alerts.cases.complaints import Request
from monitor.charter.office import Office
from monitor.configuration import load
from monitor.domain.clock import DHAKA
from monitor.domain.sample import Verdict
from monitor.settings.load import Settings
from monitor.store.models import Notice
from monitor.store.session import Session
from monitor.store.work import Work
from tests.places import SHIPPED, TESTS
from tests.web.desk import Desk

OFFICER, PROGRAMMER = "karim", "rahima"
OPERATOR = "Padma Net"


def confirmed_office(folder: Path) -> Settings:
    """The shipped configuration in ``folder``, with officers of its own and a made-up map."""
    config = folder / "config"
    config.mkdir(parents=True)
    for file in SHIPPED.iterdir():
        if file.suffix == ".toml":
            text = file.read_text(encoding="utf-8")
            if file.name == "charter.toml":
                text = confirmed_charter()
            if file.name == "sites.toml":
                text = text.replace("[sites.backbone-north]\n", f'[sites.backbone-north]\noperator = "{OPERATOR}"\n')
            if file.name == "monitor.toml":
                text = re.sub(r"(?m)^(morning|weekly|recipients) = .*", r"\1 = []", text)
            (config / file.name).write_text(text, encoding="utf-8")
    areas = TESTS / "web" / "sample_areas.json"
    (config / "areas.json").write_bytes(areas.read_bytes())
    return load(config)


def confirmed_charter() -> str:
    """The shipped charter with made-up, confirmed addresses of its officers."""
    text = (SHIPPED / "charter.toml").read_text(encoding="utf-8")
    text = text.replace("officers_confirmed = false", "officers_confirmed = true")
    return re.sub(r'(?m)^(\[officers\.(\w+)\]$[\s\S]*?^email = )"[^"]*"', r'\1"\2@office.example"', text)


def something_of_everything(desk: Desk) -> None:
    """Two days of it, until half past ten in the morning: a cut link, a centre down, requests, planned work."""
    for device in desk.settings.fleet.devices.values():
        desk.round(device.site, device=device.name)
    desk.live.judged.set()
    desk.goes_down("udc-juniadaha")
    first = _register(desk, "5", "email", "UNO's office", "No notice can be put on the web portal", "office-ict")
    _register(desk, "6", "phone", "A teacher", "The lab is dark since morning", "lab-dharampur-girls")
    desk.clock.advance(3 * 3_600)
    _act(desk, first, "start", "")
    _act(desk, first, "comment", "The disk is full; Dhaka was written to")
    desk.clock.advance(22 * 3_600)
    desk.round("lab-juniadaha-girls", lost=1)
    desk.goes_down("backbone-north")
    letter = _register(desk, "official:1", "letter", "District office", "Report on the labs of the upazila", None)
    _act(desk, letter, "ack", "", until=desk.clock.utc() + timedelta(hours=5))
    settled = _register(desk, "8", "person", "An entrepreneur", "The printer is not found", "udc-chandgram")
    _act(desk, settled, "resolve", "The cable was loose; put back and tried")
    tonight = desk.clock.utc().astimezone(DHAKA).replace(hour=22, minute=0, second=0, microsecond=0)
    _plan(desk, tonight)
    desk.clock.advance(25 * 60)
    for site in desk.settings.fleet.descendants("backbone-north"):
        if site != "udc-juniadaha":
            for _ in range(3):
                desk.round(site, Verdict.FAILED)
    _letters_arrive(desk)
    with desk.store.read() as session:
        desk.office = Office.of(desk.settings, downtimes.plans_in_force(session, desk.clock.utc()))
    lost = {"backbone-north", *desk.settings.fleet.descendants("backbone-north")}
    for device in desk.settings.fleet.devices.values():
        verdict = Verdict.FAILED if device.site in lost else Verdict.OK
        desk.round(device.site, verdict, device.name, lost=int(device.site == "lab-chandgram-girls"))
    desk.turned_mono_ns = dict.fromkeys(desk.turned_mono_ns, desk.clock.mono_ns())


def _work(session: Session, desk: Desk, actor: str) -> Work:
    return Work(session, desk.office, desk.clock.utc(), actor, via="console", address="127.0.0.1")


def _register(desk: Desk, service: str, way: str, asker: str, text: str, site: str | None) -> str:
    with desk.store.write() as session:
        work = _work(session, desk, OFFICER)
        key = desk.office.charter.key_of(service)
        assert key is not None, service
        return actions.register(work, Request(key, way, asker, text, work.now_utc, site=site)).number


def _act(desk: Desk, number: str, action: str, text: str, until: datetime | None = None) -> None:
    with desk.store.write() as session:
        actions.act(_work(session, desk, OFFICER), number, action, text, until_utc=until)


def _plan(desk: Desk, begins: datetime) -> None:
    with desk.store.write() as session:
        entry = {
            "text": "The operator changes a fibre",
            "behind": "backbone-south",
            "begins": begins.replace(tzinfo=None),
            "ends": (begins + timedelta(hours=2)).replace(tzinfo=None),
        }
        actions.plan_work(_work(session, desk, PROGRAMMER), "fibre-change", entry)


def _letters_arrive(desk: Desk) -> None:
    """All that were pending."""
    with desk.store.write() as session:
        for notice in session.query(Notice).filter(Notice.sent_utc.is_(None)):
            notice.attempts, notice.sent_utc = 1, notice.created_utc + timedelta(seconds=9)
            notice.proof = "250 2.0.0 Ok: queued as 4C2F19"
