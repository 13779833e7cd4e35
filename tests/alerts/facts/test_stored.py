"""Notices as every released version stored them are still told, and what cannot be read waits."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from monitor.alerts.channels.base import Letter, Recipient, Rendered
from monitor.alerts.facts import stored
from monitor.alerts.facts.stored import UPGRADES, VERSION, FactsError, pack, unpack
from monitor.alerts.notices import render
from monitor.alerts.notices.deliver import deliver_next
from monitor.alerts.notices.phrases import HEADLINES
from monitor.domain.evidence import Evidence
from monitor.domain.notice_kinds import NoticeKind
from monitor.i18n.languages import BOTH
from monitor.store import notice_queries
from monitor.store.notice_rows import release_leases
from tests.desk import Desk

ROWS = Path(__file__).parent / "stored_notices"
KEPT = [
    pytest.param(row, id=f"{file.stem}-{row['kind']}-{row['recipient']}-{place}")
    for file in sorted(ROWS.glob("schema-*.json"))
    for place, row in enumerate(json.loads(file.read_text("utf-8")))
]
KEYS = ROWS / "keys.json"


class Pigeon:
    """A channel that takes everything."""

    def __init__(self) -> None:
        self.taken: list[Rendered] = []

    def deliver(self, letter: Letter, recipient: Recipient, rendered: Rendered) -> str:
        self.taken.append(rendered)
        return "taken"

    def abort(self) -> None:
        pass


def letter_of(desk: Desk, row: Mapping[str, Any]) -> Letter:
    return Letter(1, row["kind"], row["recipient"], "<1@x>", "<1@x>", desk.clock.utc(), 1, row["facts"])


@pytest.mark.parametrize("row", KEPT)
def test_a_notice_of_any_released_version_is_told_in_both_languages(desk: Desk, row: dict[str, Any]) -> None:
    for lang in ("both", *BOTH):
        rendered = render.render(letter_of(desk, row), lang)
        assert rendered.subject
        for told in (rendered.text, rendered.html):
            assert "{" not in told.partition("<body")[2]
            assert "None" not in told
            if lang != "bn":
                assert "Bheramara" in told
            if lang != "en":
                assert "ভেড়ামারা" in told
    # What is read once is written as today's version and stays the same.
    facts = unpack(row["kind"], row["facts"])
    assert unpack(row["kind"], json.loads(json.dumps(pack(facts)))) == facts


def test_a_notice_of_each_kind_is_kept_from_the_last_schema_before_versions() -> None:
    rows = json.loads((ROWS / "schema-0009.json").read_text("utf-8"))
    later = {"withdrawn", "corrected", "answered", "moved", "report"}  # came after notices had versions
    assert {row["kind"] for row in rows} == set(NoticeKind) - later


def test_the_sentences_of_a_notice_from_before_there_were_codes_are_told_in_bangla_too(desk: Desk) -> None:
    opened, *_ = [row for row in json.loads((ROWS / "schema-0025.json").read_text("utf-8")) if row["kind"] == "opened"]
    assert opened["facts"]["v"] == 2
    text = render.render(letter_of(desk, opened), "bn").text
    assert "যা দেখা গেছে: দূর প্রান্ত সাড়া দিচ্ছে না: সাড়া নেই" in text
    assert "এর ইউপিএস ২৩/১১/২০২৬ ১০:০০ থেকে ব্যাটারিতে চলছে" in " ".join(text.split())


def test_every_version_before_this_one_has_its_upgrade() -> None:
    assert len(UPGRADES) == VERSION - 1


def keys_of(value: object) -> object:
    """The keys of a JSON schema's types, and which of them must be there."""
    assert isinstance(value, dict)
    return {
        name: {"keys": sorted(each.get("properties", {})), "required": sorted(each.get("required", []))}
        for name, each in sorted({**value.get("$defs", {}), "": value}.items())
    }


def test_a_shape_that_changes_raises_the_version() -> None:
    """If this fails: raise VERSION, add the upgrade, keep rows of the old version, then write keys.json anew."""
    now = {
        shape.__name__: keys_of(stored.adapter_of(shape).json_schema()) for shape in (*stored.SHAPES.values(), Evidence)
    }
    assert {"version": VERSION, "shapes": now} == json.loads(KEYS.read_text("utf-8"))


UNREADABLE: list[tuple[str, str]] = [
    ("damaged", "version 'damaged'"),
    (json.dumps({"v": VERSION + 1}), f"version {VERSION + 1}"),
    (json.dumps({"v": VERSION}), "Field required"),
    (json.dumps({}), "version 1"),
    (json.dumps({"service": 1}), "version 1"),
    (json.dumps([]), "version 'damaged'"),
]


@pytest.mark.parametrize(("facts", "why"), UNREADABLE)
def test_what_cannot_be_read_waits_is_told_as_ours_and_goes_after_the_upgrade(desk: Desk, facts: str, why: str) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    with desk.store.write() as session:
        good = session.execute(text("SELECT facts FROM notices WHERE recipient = 'responsible'")).scalar_one()
        session.execute(text("UPDATE notices SET facts = :f WHERE recipient = 'responsible'"), {"f": facts})
    pigeon = Pigeon()

    while deliver_next(desk.store, desk.office, "email", pigeon, desk.clock) != "idle":
        pass

    # The other reader's letter went out; this one waits, and is told.
    assert len(pigeon.taken) == 1
    with desk.store.read() as session:
        outbox, fault = notice_queries.outbox(session, desk.clock.utc()), notice_queries.latest_fault(session)
    assert (outbox.dead, outbox.owed, outbox.faulty) == (0, 1, 1)
    assert why in fault

    # A version that can read it starts.
    with desk.store.write() as session:
        again = good if isinstance(good, str) else json.dumps(good)  # a server gives out what it has read
        session.execute(text("UPDATE notices SET facts = :f WHERE recipient = 'responsible'"), {"f": again})
        release_leases(session)
    while deliver_next(desk.store, desk.office, "email", pigeon, desk.clock) != "idle":
        pass
    assert len(pigeon.taken) == 2
    with desk.store.read() as session:
        assert notice_queries.outbox(session, desk.clock.utc()).faulty == 0


def test_a_kind_of_a_later_program_is_no_dead_letter() -> None:
    with pytest.raises(FactsError, match="kind 'fanfare'"):
        unpack("fanfare", {"v": VERSION})


def test_damage_to_one_notice_keeps_no_digest_from_being_written(desk: Desk) -> None:
    for link in ("backbone-north", "backbone-bheramara", "udc-juniadaha"):
        desk.goes_down(link)
    desk.wait(hours=1)
    for link in ("backbone-north", "backbone-bheramara"):
        desk.comes_back(link)
    desk.wait(hours=1)
    with desk.store.write() as session:
        first = session.execute(text("SELECT min(id) FROM notices WHERE recipient = 'responsible'")).scalar_one()
        session.execute(text("UPDATE notices SET facts = 'x' WHERE id = :id"), {"id": first})
    pigeon = Pigeon()
    while deliver_next(desk.store, desk.office, "email", pigeon, desk.clock) != "idle":
        pass
    assert pigeon.taken
    with desk.store.read() as session:
        outbox = notice_queries.outbox(session, desk.clock.utc())
        assert (outbox.dead, outbox.faulty) == (0, 1)


def test_a_fault_in_writing_a_letter_is_ours(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    pigeon = Pigeon()
    with monkeypatch.context() as broken:
        broken.delitem(HEADLINES, "opened")  # as a forgotten phrase would be
        while deliver_next(desk.store, desk.office, "email", pigeon, desk.clock) != "idle":
            pass
    with desk.store.read() as session:
        outbox, fault = notice_queries.outbox(session, desk.clock.utc()), notice_queries.latest_fault(session)
    assert (outbox.dead, outbox.faulty, fault) == (0, 1, "KeyError: 'opened'")
