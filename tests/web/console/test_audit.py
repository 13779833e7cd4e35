"""The page of who did what: by filter, taken out as a table, and verified."""

import ast
import csv
import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.accounts import users
from monitor.accounts.documents import UserDocument
from monitor.accounts.tokens import RECORDED
from monitor.accounts.users import NOT_RECORDED, Profile
from monitor.domain.roles import Role
from monitor.i18n.act_terms import ACTS, FACTS
from monitor.settings.calendar_order import OrderedChange
from monitor.settings.maintenance_section import Maintenance
from monitor.store import act_rows, acts
from monitor.store.act_rows import ActFilter
from monitor.store.opening import DATABASE
from monitor.store.work import Work
from monitor.web.console.audit import FILTERS
from tests.places import ROOT
from tests.web.signed_in import SignedIn
from tests.web.world import World, world


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One with sixty acts of karim and one of rahima."""
    with world(tmp_path_factory.mktemp("audit")) as made:
        for number in range(60):
            record(made, "karim", "plan.add", f"cable-{number:02}", {"text": "=1+1", "number": number})
        record(made, "rahima", "ticket.ack", "BHR-2026-000001", {"state": "acknowledged"}, {"state": "open"})
        yield made


def record(
    office: World, actor: str, kind: str, about: str, after: dict[str, object], before: dict[str, object] | None = None
) -> None:
    desk = office.desk
    with desk.store.write() as session:
        work = Work(session, desk.office, desk.clock.utc(), actor, via="console", address="127.0.0.9")
        acts.record(work, kind, about, before or {}, after)


def test_the_latest_stand_first_with_who_where_and_what_changed_in_words(office: World) -> None:
    page = SignedIn(office, "officer").get("/audit?lang=bn").text
    assert page.index("rahima") < page.index("cable-59")
    assert '<a href="/tickets/BHR-2026-000001">' in page
    assert "<s>খোলা</s> → প্রাপ্তিস্বীকার করা হয়েছে" in page
    assert "127.0.0.9" in page
    assert "cable-10" not in page


def test_pages_follow_each_other_and_filters_stay(office: World) -> None:
    page = SignedIn(office, "officer").get("/audit?actor=karim&kind=plan&lang=en").text
    assert "BHR-2026-000001" not in page
    following = page.split('href="/audit?')[1].split('"')[0].replace("&amp;", "&")
    assert "actor=karim" in following
    later = SignedIn(office, "officer").get(f"/audit?{following}").text
    assert "cable-00" in later
    assert "cable-59" not in later


@pytest.mark.parametrize("query", ["from=2026-99-01", "before=x", "kind=%25", "about=%00", "via=none", "to=9999-12-31"])
def test_a_filter_that_makes_no_sense_is_no_fault(office: World, query: str) -> None:
    assert SignedIn(office, "officer").get(f"/audit?{query}").status == 200


def test_a_day_begins_and_ends_by_the_clock_of_the_office(office: World) -> None:
    today = (office.desk.clock.utc() + timedelta(hours=6)).date()
    someone = SignedIn(office, "officer")
    assert "rahima" in someone.get(f"/audit?from={today}&to={today}&lang=en").text.split("<tbody>")[1]
    assert "No act is like this." in someone.get(f"/audit?from={today + timedelta(days=1)}&lang=en").text


def test_taking_out_a_list_is_an_act_itself_and_no_cell_is_a_formula(office: World) -> None:
    answer = SignedIn(office, "officer").post("/audit/export", kind="plan")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert len(rows) >= 60
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    with office.desk.store.read() as session:
        (export,) = act_rows.listed(session, ActFilter(kind="audit.export"), 10)
    assert (export.actor, export.after) == ("officer", {"rows": len(rows), "kind": "plan"})


def test_whoever_is_in_charge_of_one_union_sees_own_acts_alone(office: World) -> None:
    someone = SignedIn(office, "far-officer")
    page = someone.get("/audit?actor=karim&lang=en").text
    assert "cable-" not in page.split("</form>")[-2] + page.split("<section")[1]
    assert "cable" not in someone.post("/audit/export", actor="karim").text


def test_verifying_says_that_all_is_whole_and_names_what_was_altered(office: World) -> None:
    someone = SignedIn(office, "officer")
    assert "The whole history is as it was recorded" in someone.get("/audit?verify=1&lang=en").text
    with closing(sqlite3.connect(office.desk.store.state / DATABASE)) as raw, raw:
        raw.execute("DROP TRIGGER acts_no_update")
        raw.execute("UPDATE acts SET actor = 'nobody' WHERE about = 'cable-07'")
    page = someone.get("/audit?verify=1&lang=en").text
    assert "The history is not whole" in page
    assert "of nobody (plan.add) is not what was recorded" in page


def written_facts() -> set[str]:
    """The keys of what acts are recorded with: of plans, orders, users and tokens, and beside each `acts.record`."""
    found = {*Maintenance.model_fields, *OrderedChange.model_fields, *RECORDED, *acts.OF_TICKET, *FILTERS}
    found |= UserDocument.__annotations__.keys() - NOT_RECORDED
    for file in (ROOT / "monitor").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for function in ast.walk(ast.parse(text)) if "acts.record(" in text else ():
            source = ast.unparse(function) if isinstance(function, ast.FunctionDef) else ""
            if "acts.record(" in source and not source.startswith("def routes"):
                found |= set(re.findall("[{ ]'([a-z_0-9]+)':", source))
    return found


def test_each_fact_that_an_act_changes_has_a_word() -> None:
    found = written_facts()
    assert {"excused_by", "deputy", "announce", "undoes", "feed", "sessions"} <= found
    names_of_acts = {kind.partition(".")[2] for kind in ACTS}  # `actions.act` has them in one mapping
    assert found - FACTS.keys() - names_of_acts == set()


def test_of_a_new_user_stands_what_was_given_in_words(office: World) -> None:
    desk = office.desk
    profile = Profile(lang="bn", role=Role.OFFICER, name_bn="সালমা", kinds=())
    with desk.store.write() as session:
        users.add(Work(session, desk.office, desk.clock.utc(), "boss", via="console"), "salma", profile, None)
    (row,) = SignedIn(office, "officer").get("/audit?about=salma&lang=bn").text.split("<tbody>")[1].split("</tr>")[:-1]
    said = [re.sub("<[^>]+>", "", each).strip() for each in row.split("<td>")[-1].split("</div>")]
    assert said[:-1] == ["পুরো নাম (বাংলায়): সালমা", "ভূমিকা: কর্মকর্তা", "ভাষা: বাংলা", "লগইন করতে পারেন: হ্যাঁ"]
