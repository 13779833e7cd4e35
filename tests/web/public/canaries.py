"""An office in which everything that is not for the public has a mark in it, to be looked for in what is published."""

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.alerts.facts.stored import pack_evidence
from monitor.charter.office import Office
from monitor.configuration import load
from monitor.domain.evidence import Evidence
from monitor.domain.reasons import text
from monitor.store.models import AffectedSite, Outage, SiteNote, SuppressedOutage, User
from tests.desk import Desk
from tests.places import SHIPPED
from tests.store.migrated import new_store
from tests.web.public.told import watched

CANARY, PHONE = "canary", "01755987654"


def planted(home: Path) -> Desk:
    """An office in which everything that is not for the public has a canary in it."""
    config = shutil.copytree(SHIPPED, home / "config")
    sites = (config / "sites.toml").read_text()
    sites = sites.replace("devices.gateway]", "devices.canary-gateway]").replace("devices.switch]", "devices.canary-2]")
    sites = re.sub(r"^(parent = .*)$", r'\1\noperator = "canary operator"\nfeeder = "canary feeder"', sites, flags=re.M)
    contact = f'{{ role = "head", name_bn = "canary", name_en = "canary", phone = "{PHONE}" }}'
    sites = sites.replace('union = "chandgram"', f'union = "chandgram"\ncontacts = [{contact}]', 1)
    (config / "sites.toml").write_text(sites)
    office = Office.of(load(config))
    desk = Desk(office, new_store(home))
    desk.goes_down("backbone-north")
    desk.goes_down("udc-chandgram")
    desk.look()
    now = desk.clock.utc()
    with desk.store.write() as session:
        work = desk.work(session, "canary actor")
        for number in (1, 2):
            outage = session.get_one(Outage, number)
            outage.reason = outage.cause_why = text("canary reason from 127.77.3.3")
            outage.evidence = pack_evidence(Evidence(snmp_en="canary evidence"))
        session.add(AffectedSite(outage_id=1, site="udc-juniadaha", since_utc=now - timedelta(minutes=1)))
        session.add(SuppressedOutage(site="lab-bahirchar-1", kind="maintenance", why=text("canary why"), since_utc=now))
        session.add(SiteNote(site="udc-juniadaha", at_utc=now, actor="canary", text="canary note"))
        session.add(User(name="canary-user", role="admin", created_utc=now, phone="canary", email="canary@x.org"))
        actions.excuse_outage(work, 2, "canary excuse")
        request = Request("citizen:8", "phone", "Canary Asker", "canary words", now, "canary@example.org")
        ticket = actions.register(work, replace(request, memo="canary memo", why_late=""))
        ticket.asker_phone = "canary phone"
        ticket.code = "CANARY77"
        actions.act(work, ticket.number, "comment", "canary comment")
        actions.plan_work(
            work,
            "canary-plan",
            {
                "text": "canary text of the plan",
                "unions": ["bahirchar"],
                "begins": now + timedelta(hours=4),
                "ends": now + timedelta(hours=5),
                "announce": True,
                "public_en": "A line is replaced",
            },
        )
        actions.note_outage(work, 1, "A team is on its way")
    with desk.store.read() as session:
        from monitor.alerts.cases.downtimes import plans_in_force

        desk.office = Office.of(load(config), plans_in_force(session, now))
    watched(desk)
    return desk
