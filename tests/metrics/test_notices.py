"""Letters of several offices: what waits, was given up or is missed in one is not in another."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event, select

from monitor.domain.notice_kinds import MORNING
from monitor.metrics.notices import mail_path
from monitor.store.models import Notice
from tests.metrics.three_offices import OFFICES, ThreeOffices, three_offices

OPENS_UTC = datetime(2026, 11, 24, 3, tzinfo=UTC)  # of a Tuesday


def change(offices: ThreeOffices, office: str, **values: object) -> None:
    """Change the first letter of an office."""
    with offices.store.of(office).write() as session:
        notice = session.scalars(select(Notice).order_by(Notice.id).limit(1)).one()
        for name, value in values.items():
            setattr(notice, name, value)


def test_what_waits_was_given_up_or_is_faulty_is_its_own_offices(tmp_path: Path) -> None:
    with three_offices(tmp_path) as offices:
        for site in ("mirpur.pop", "gangni.pop"):
            offices.down(site)
        owed = offices.values("upazila_outbox_owed")
        assert owed["bheramara"] == 0
        assert owed["mirpur"] == owed["gangni"]
        assert owed["mirpur"]

        change(offices, "mirpur", dead_utc=offices.clock.utc())
        change(offices, "gangni", fault="KeyError")
        offices.clock.advance(timedelta(hours=2).total_seconds())
        assert offices.values("upazila_outbox_dead") == {"bheramara": 0, "mirpur": 1, "gangni": 0}
        assert offices.values("upazila_outbox_faulty") == {"bheramara": 0, "mirpur": 0, "gangni": 1}
        assert offices.values("upazila_outbox_owed") == {**owed, "mirpur": owed["mirpur"] - 1}
        oldest = offices.values("upazila_outbox_oldest_seconds")
        assert oldest["bheramara"] == 0
        assert (oldest["gangni"] or 0) > 7_000
        assert offices.values("upazila_outbox_late") == {"bheramara": 0, "mirpur": 1, "gangni": 1}

        change(offices, "gangni", sent_utc=offices.clock.utc(), folded_into=1, fault="")
        assert offices.values("upazila_notices_folded_total") == {"bheramara": 0, "mirpur": 0, "gangni": 1}
        # Who looks at one office is told of that one; who looks at all, of all together.
        now_utc = offices.clock.utc()
        assert mail_path(offices.store.of("mirpur"), offices.live, now_utc).outbox.dead == 1
        assert mail_path(offices.store.of("gangni"), offices.live, now_utc).outbox.dead == 0
        assert mail_path(offices.store, offices.live, now_utc).outbox.dead == 1


def test_a_brief_that_one_office_has_not_sent_is_missed_there_alone(tmp_path: Path) -> None:
    with three_offices(tmp_path) as offices:
        offices.clock.now_utc = OPENS_UTC - timedelta(days=2)
        offices.know()
        offices.clock.now_utc = OPENS_UTC + timedelta(minutes=30)
        assert offices.values("upazila_brief_missed", brief="morning") == dict.fromkeys(OFFICES, 0)
        for office in ("bheramara", "gangni"):
            key = f"morning-20261124/{MORNING}/responsible"
            times = dict.fromkeys(("created_utc", "owed_utc", "due_utc", "sent_utc"), offices.clock.utc())
            with offices.store.of(office).write() as session:
                session.add(
                    Notice(
                        key=key, kind=MORNING, recipient="responsible", message_id=key, thread_id=key, facts={}, **times
                    )
                )
        sent_s = offices.clock.utc().timestamp()
        offices.clock.now_utc = OPENS_UTC + timedelta(hours=3)
        assert offices.values("upazila_brief_missed", brief="morning") == {"bheramara": 0, "mirpur": 1, "gangni": 0}
        last = offices.values("upazila_brief_last_sent_timestamp_seconds", brief="morning")
        assert last == {"bheramara": sent_s, "mirpur": None, "gangni": sent_s}
        assert mail_path(offices.store, offices.live, offices.clock.utc()).missed["morning"]
        assert not mail_path(offices.store.of("gangni"), offices.live, offices.clock.utc()).missed["morning"]


def test_many_offices_are_counted_in_as_many_statements_as_one(tmp_path: Path) -> None:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    with three_offices(tmp_path) as offices:
        offices.know()
        offices.clock.now_utc = OPENS_UTC + timedelta(hours=3)  # no office has sent its brief
        event.listen(offices.store.glances, "before_cursor_execute", note)
        offices.values("upazila_outbox_owed")
        of_three = len(statements)
        offices.live.others = {"mirpur": offices.live.others["mirpur"]}
        statements.clear()
        offices.values("upazila_outbox_owed")
        assert (of_three, statements != []) == (len(statements), True)
