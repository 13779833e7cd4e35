"""`outbox`, as typed."""

import json
from datetime import UTC, datetime
from pathlib import Path

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
