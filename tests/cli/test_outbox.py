"""`outbox`, as typed."""

import json
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, update

from monitor.store.models import Notice
from tests.cli.typed import typed
from tests.desk import Desk


def test_the_outbox_says_what_is_owed_and_what_became_of_the_rest(home: Path, desk: Desk) -> None:
    (owed, stage) = json.loads(typed(home, "outbox", "--owed", "--json").stdout)
    assert {owed["recipient"], stage["recipient"]} == {"responsible", "grievance"}
    assert owed["about"] == "BHR-2026-000001"
    desk.send_all()
    listed = typed(home, "outbox").stdout
    assert "sent" in listed
    assert "250 ok" in listed
    assert typed(home, "outbox", "--owed").stdout == "No notices.\n"


def test_a_notice_is_sent_once_more_when_somebody_asks(home: Path, desk: Desk) -> None:
    sent = desk.send_all()
    done = typed(home, "outbox", "resend", str(sent[0].id), "--as", "an officer")
    assert done.returncode == 0
    assert sent[0].message_id in done.stdout
    desk.clock.now_utc = datetime.now(UTC)  # the command's clock is the machine's
    assert [letter.message_id for letter in desk.send_all()] == [sent[0].message_id]
    missing = typed(home, "outbox", "resend", "999")
    assert missing.returncode == 1
    assert "there is no notice 999" in missing.stderr


def test_a_letter_is_dropped_only_when_its_reader_is_gone(home: Path, desk: Desk) -> None:
    with desk.store.write() as session:
        gone, kept, _more = [notice.id for notice in session.scalars(select(Notice))] + [0]
        session.execute(update(Notice).where(Notice.id == gone).values(recipient="someone-of-before"))
    refused = typed(home, "outbox", "drop", str(kept))
    assert refused.returncode == 1
    assert "Expected one of a reader who was removed" in refused.stderr
    assert typed(home, "outbox", "drop", "999").returncode == 1

    done = typed(home, "outbox", "drop", str(gone), "--as", "an officer")
    assert done.returncode == 0, done.stderr
    assert "someone-of-before: is not sent any more" in done.stdout
    assert [letter["id"] for letter in json.loads(typed(home, "outbox", "--owed", "--json").stdout)] == [kept]
    (act,) = json.loads(typed(home, "audit", "list", "--kind", "notice.drop", "--json").stdout)
    assert (act["actor"], act["about"]) == ("cli:an officer", str(gone))
    assert typed(home, "audit", "verify").returncode == 0

    again = typed(home, "outbox", "drop", str(gone))
    assert (again.returncode, "does not wait" in again.stderr) == (1, True)
    assert typed(home, "outbox", "resend", str(gone)).returncode == 0
    assert len(json.loads(typed(home, "outbox", "--owed", "--json").stdout)) == 2
