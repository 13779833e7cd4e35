"""An office that comes from any older version keeps all that it had."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from monitor.alerts.facts.stored import evidence_of
from monitor.domain.evidence import LastGood
from monitor.domain.reasons import TIMEOUT, ReasonCode, reason
from monitor.domain.states import EndReason
from monitor.store import ticket_history
from monitor.store.models import (
    Base,
    ChainHead,
    ComplaintLink,
    DeadlineRecount,
    Event,
    Gap,
    LastNumber,
    LastOperation,
    Notice,
    Outage,
    SchemaDouble,
    SuppressedOutage,
    Ticket,
)
from monitor.store.numbers import next_number
from monitor.store.opening import DATABASE, open_store, store_at
from monitor.store.redundancy import DOUBLE
from monitor.store.sqlite import SqliteStore
from monitor.store.upgrade import alembic_config, revisions
from monitor.store.work import Work
from tests.desk import shipped_office
from tests.store import servers
from tests.store.migrated import new_store

C = ReasonCode
AT = "2026-11-24 04:00:00.000000"
AT_1 = datetime(2026, 11, 24, 6, tzinfo=UTC)
FIRST_WITH_CODES = "0021"


def is_older(revision: str) -> bool:
    """Whether that version told reasons in sentences."""
    return revisions().index(revision) < revisions().index(FIRST_WITH_CODES)


SENTENCES = (
    ("outages", "reason", "reason"),
    ("outages", "cause_why", "cause_why"),
    ("gaps", "reason", "reason"),
    ("excused", "why", "why"),
    ("events", "text", "reason"),
)
"""(table, column that held a sentence before there were codes, column that holds the code)."""


def made_by(revision: str, folder: Path) -> dict[str, dict[str, Any]]:
    """A database as that version made it, with a row in each of its tables; the rows by table."""
    rows = {}
    with closing(sqlite3.connect(_older(folder, revision))) as database:
        database.row_factory = sqlite3.Row
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in set(names) - {"alembic_version", DOUBLE}:
            columns = {name: type_ for _, name, type_, *_ in database.execute(f"PRAGMA table_info({table})")}
            values = [_value(name, type_) for name, type_ in columns.items()]
            marks = ", ".join("?" * len(values))
            database.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)
            rows[table] = dict(database.execute(f"SELECT * FROM {table}").fetchone())
        database.commit()
    return rows


def _value(column: str, type_: str) -> object:
    if type_ == "DATETIME":
        return AT
    if type_ == "JSON":
        return "{}"
    if type_.startswith(("INTEGER", "BIGINT", "BOOLEAN")):
        return 1
    return b"" if type_ == "BLOB" else f"সেই {column}"[:16]


def test_the_line_of_migrations_is_the_one_that_alembic_goes_along() -> None:
    walked = ScriptDirectory.from_config(alembic_config()).walk_revisions()  # the newest first

    assert [script.revision for script in walked] == list(reversed(revisions()))


def test_a_command_on_a_database_of_this_version_does_without_alembic(tmp_path: Path) -> None:
    new_store(tmp_path).close()
    script = (
        "import sys, pathlib; from monitor.store.opening import open_store;"
        "open_store(pathlib.Path(sys.argv[1])).close(); print([name for name in sys.modules if 'alembic' in name])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


@pytest.mark.parametrize("revision", revisions())
def test_a_database_of_that_version_is_opened_with_all_that_it_had(tmp_path: Path, revision: str) -> None:
    before = made_by(revision, tmp_path)
    store = open_store(tmp_path)

    with store.read() as session:
        for mapper in Base.registry.mappers:
            if mapper.class_ in {
                SchemaDouble,
                ChainHead,
                LastNumber,
                LastOperation,
            }:  # what migrations fill by themselves
                continue
            rows = list(session.scalars(select(mapper.class_)))
            is_turned = mapper.class_ is DeadlineRecount and "recounted" in before["outages"]  # its line is a row now
            assert len(rows) == (mapper.class_.__tablename__ in before or is_turned)
        (notice,) = session.scalars(select(Notice))
        assert notice.owed_utc == notice.due_utc
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        database.row_factory = sqlite3.Row
        for table, row in before.items():
            after = dict(database.execute(f"SELECT * FROM {table}").fetchone())
            turned = {column for of, column, _ in SENTENCES if of == table and is_older(revision)}
            if table == "gaps" and turned:  # an end that equals the beginning was none
                assert after["ended_utc"] is None
                turned.add("ended_utc")
            if table == "heartbeat" and "id" in row:  # one row for each daemon; this one had no name
                assert after["daemon"] == ""
                turned.add("id")
            stayed = row.keys() - turned - {"recounted"}
            assert {name: after[name] for name in stayed} == {name: row[name] for name in stayed}
            for of, column, as_code in SENTENCES:
                if of == table and column in turned & row.keys():  # no sentence of ours is kept as it is
                    assert json.loads(after[as_code]) == {"code": "text", "text": row[column]}
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        # The triggers and the doubles of all rows are there, whatever migrations did to the tables meanwhile.
        for table in ("ticket_events", "tickets"):
            for words in (f"DELETE FROM {table}", f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"):
                with pytest.raises(sqlite3.DatabaseError, match="history"):
                    database.execute(words)
        doubles = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE name LIKE '%_whole'")}
        assert doubles == {f"ix_{table}_whole" for table in Base.metadata.tables}
    store.close()


def test_the_chain_and_the_numbers_of_an_older_version_go_on_where_they_stood(tmp_path: Path) -> None:
    """What was asked of the rows of tickets and events before is a row of its own now."""
    number, at = "BHR-2026-000041", datetime(2026, 11, 24, 4, tzinfo=UTC)
    with closing(sqlite3.connect(_older(tmp_path, "0020"))) as database, database:
        dates = ", ".join([f"'{AT}'"] * 3)
        database.execute(
            "INSERT INTO tickets (id, number, year, seq, service, source, asker, asker_email, text, state, stage, "
            f"held_open, opened_utc, event_utc, deadline_utc) VALUES (1, '{number}', 2026, 41, 'citizen:6', 'outage', "
            f"'', '', '', 'open', 0, 0, {dates})"
        )
        own = ticket_history.BEGINNING
        for id_ in (1, 2):
            own = ticket_history.link(own, number, at, "monitor", "opened", f"line {id_}")
            row = (id_, 1, AT, "monitor", "opened", f"line {id_}", own)
            database.execute("INSERT INTO ticket_events VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    store = open_store(tmp_path)
    with store.write() as session:
        work = Work(session, shipped_office(), at)
        assert ticket_history.head_of(work) == own
        ticket_history.record(work, session.get_one(Ticket, 1), "comment", "line 3", TIMEOUT)
        assert (next_number(work, 2026), next_number(work, 2027)) == (42, 1)
    with store.read() as session:
        assert ticket_history.verify(session, own) == ticket_history.Audit(3, ticket_history.head(session), "")
        lines = [(event.text, event.reason) for event in session.get_one(Ticket, 1).events]
        assert lines == [("line 1", None), ("line 2", None), ("line 3", TIMEOUT)], "old sentences stay as they are"
    store.close()


def _older(folder: Path, revision: str) -> Path:
    """An empty database as that version made it."""
    store = SqliteStore(folder / DATABASE)
    config = alembic_config()
    with store.engine.execution_options(immediate=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    store.close()
    return folder / DATABASE


SOME = """
INSERT INTO tickets (id, number, year, seq, service, source, site, asker, asker_email, text, state, stage, held_open,
 opened_utc, event_utc, deadline_utc) VALUES
 (1, 'BHR-2026-000001', 2026, 1, 'citizen:10', 'outage', 'core', '', '', '', 'open', 0, 0, {at}, {at}, {at}),
 (2, 'BHR-2026-000002', 2026, 2, 'citizen:6', 'phone', 'core', 'Mina', 'm@example.org', 'x', 'open', 0, 0,
  {at}, {at}, {at});
INSERT INTO outages (id, site, service, started_utc, silent_since_utc, confirmed_utc, deadline_utc, reason, cause,
 cause_why, recounted, evidence, ticket_id) VALUES
 (1, 'core', 'citizen:10', {at}, {at}, {at}, {at}, 'the far end is silent: timeout', 'power',
  'its UPS has been on battery since 24/11/2026 10:00',
  'Tuesday, 24 November 2026, 10:00: the charter or the office calendar has changed: due Thursday, 26 November 2026,'
  || ' 17:00, no longer Wednesday, 25 November 2026, 17:00' || char(10) || 'a line of somebody' || char(10),
  '{{"last_good_utc": "2026-11-24T03:59:00+00:00", "last_good_rtt_ms": 2.5, "last_good_loss": 0.0}}', 1),
 (2, 'udc', 'citizen:10', {at}, {at}, {at}, {at}, '', '', '', '', '{{}}', NULL);
INSERT INTO gaps (started_utc, ended_utc, reason, uplink) VALUES
 ({at}, {at}, 'blind behind ''isp''', 'isp'), ({at}, '2026-11-24 05:00:00.000000', 'the daemon was not running', '');
INSERT INTO excused (site, kind, why, since_utc) VALUES
 ('udc', 'maintenance', 'planned work ''cable'' (new cable)', {at});
INSERT INTO events (at_utc, site, device, kind, text) VALUES
 ({at}, 'core', 'core/gateway', 'trap', 'timeout'), ({at}, 'core', '', 'lab_power_off', 'a word of somebody');
INSERT INTO notices (ticket_id, key, kind, recipient, message_id, thread_id, facts, created_utc, due_utc, attempts,
 proof, last_error) VALUES
 (1, 'BHR-2026-000001/ask-2-recounted_1/responsible', 'ask', 'responsible', '<a>', '<a>', '{{}}', {at}, {at}, 0,
  '', ''),
 (1, 'BHR-2026-000001/opened/responsible', 'opened', 'responsible', '<b>', '<b>', '{{}}', {at}, {at}, 0, '', '');
"""


def test_what_older_versions_kept_in_sentences_lines_and_keys_has_columns_of_its_own(tmp_path: Path) -> None:
    with closing(sqlite3.connect(_older(tmp_path, "0020"))) as database, database:
        database.executescript(SOME.format(at=f"'{AT}'"))
        for id_, ticket, kind, text in (
            (1, 2, "linked", "core has been down since 2026-11-24 04:00:00Z, ticket BHR-2026-000001"),
            (2, 1, "linked", "complaint BHR-2026-000002 is about this site"),
            (3, 1, "operator_late", "BTCL is late too: due Tuesday, 24 November 2026, 10:00"),
        ):
            row = (id_, ticket, AT, "monitor", kind, text, str(id_))
            database.execute("INSERT INTO ticket_events VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    store, at = open_store(tmp_path), datetime(2026, 11, 24, 4, tzinfo=UTC)
    with store.read() as session:
        core, udc = session.scalars(select(Outage).order_by(Outage.id))
        assert core.reason == reason(C.FAR_END_SILENT, seen=reason(C.TIMEOUT))
        assert core.cause_why == reason(C.UPS_ON_BATTERY, since=at)
        assert evidence_of(core.evidence).last_good == LastGood(at=at - timedelta(minutes=1), rtt_ms=2.5, loss=0.0)
        assert (udc.reason, udc.cause_why, udc.recounts) == (None, None, [])
        moved = {day: datetime(2026, 11, day, 11, tzinfo=UTC) for day in (25, 26)}
        told = [(each.at_utc, each.reason) for each in core.recounts]
        assert told == [
            (at, reason(C.DEADLINE_MOVED, before=moved[25], after=moved[26])),
            (at, reason(C.TEXT, text="a line of somebody")),
        ]
        assert (core.operator_told, udc.operator_told) == (True, False)
        gaps = [(gap.ended_utc, gap.reason) for gap in session.scalars(select(Gap).order_by(Gap.id))]
        assert gaps == [
            (None, reason(C.BLIND_BEHIND, uplink="isp")),
            (at + timedelta(hours=1), reason(C.DAEMON_NOT_RUNNING)),
        ]
        (excused,) = session.scalars(select(SuppressedOutage))
        assert excused.why == reason(C.PLANNED_WORK, name="cable", text="new cable")
        # A trap is named by its device, whatever the name looks like.
        assert list(session.scalars(select(Event.reason).order_by(Event.id))) == [
            reason(C.TRAP, name="timeout"),
            reason(C.TEXT, text="a word of somebody"),
        ]
        (link,) = session.scalars(select(ComplaintLink))
        assert (link.complaint_id, link.outage_id, link.told_ticket_id) == (2, 1, 1)
        notices = [(one.about, one.kind, one.ref) for one in session.scalars(select(Notice).order_by(Notice.id))]
        assert notices == [("BHR-2026-000001", "ask", "2-recounted_1"), ("BHR-2026-000001", "opened", "")]
    store.close()


@pytest.mark.parametrize("on", ["a file", "a server"])
def test_a_site_that_was_opened_twice_keeps_its_first_outage_and_all_behind_it(tmp_path: Path, on: str) -> None:
    server = None
    if on == "a file":
        _older(tmp_path, "0037")
    else:
        server = servers.empty_of(tmp_path)
        older = store_at(tmp_path, server)
        config = alembic_config()
        with closing(older), older.for_writing.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0037")
    before, again = (AT_1.replace(tzinfo=None, hour=hour) for hour in (4, 5))
    outage = {"service": "citizen:10", "evidence": "{}", "deadline_utc": again}
    unopened = store_at(tmp_path, server)
    with closing(unopened), unopened.for_writing.begin() as connection:
        for id_, site, at, ended in (
            (1, "core", before, again),
            (2, "core", again, None),
            (3, "core", again, None),
            (4, "udc", again, None),
        ):
            dates = {"started_utc": at, "silent_since_utc": at, "confirmed_utc": at, "ended_utc": ended}
            connection.execute(
                text(
                    "INSERT INTO outages (site, service, started_utc, silent_since_utc, confirmed_utc, ended_utc, "
                    "deadline_utc, evidence) VALUES (:site, :service, :started_utc, :silent_since_utc, "
                    ":confirmed_utc, :ended_utc, :deadline_utc, :evidence)"
                ),
                {"site": site, **outage, **dates},
            )
            row = {"outage": id_, "site": f"behind-{id_}", "at": at, "until": ended}
            affected = (
                "INSERT INTO affected (outage_id, site, since_utc, until_utc) VALUES (:outage, :site, :at, :until)"
            )
            connection.execute(text(affected), row)

    with closing(open_store(tmp_path, server)) as store:
        with store.read() as session:
            found = session.scalars(select(Outage).order_by(Outage.id)).all()
            assert [(each.site, each.ended_utc, each.end_reason) for each in found] == [
                ("core", again.replace(tzinfo=UTC), None),
                ("core", None, None),
                ("core", again.replace(tzinfo=UTC), EndReason.DOUBLED),
                ("udc", None, None),
            ]
            assert [[each.site for each in outage.affected] for outage in found] == [
                ["behind-1"],
                ["behind-2", "behind-3"],
                [],
                ["behind-4"],
            ]
        with pytest.raises(IntegrityError, match=r"uq_outages_open_site|outages\.site"), store.write() as session:
            session.add(Outage(site="udc", service="s", started_utc=AT_1, confirmed_utc=AT_1, deadline_utc=AT_1))
        with store.write() as session:
            session.add(Outage(site="lab", service="s", started_utc=AT_1, confirmed_utc=AT_1, deadline_utc=AT_1))
