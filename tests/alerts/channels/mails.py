"""A letter, its receiver, and a channel to a mail server."""

from datetime import UTC, datetime
from pathlib import Path

from monitor.alerts.channels.base import Letter, Recipient, Rendered
from monitor.alerts.channels.email import EmailChannel
from monitor.settings.monitor_file import Mail

OFFICER = Recipient("জনাব মো: আলমগীর হোসেন", "officer@example.org")
WORDS = Rendered("[BHR-2026-000001] জুনিয়াদহ — সময়সীমা অতিক্রান্ত", "বিচ্ছিন্ন\n", "<p>বিচ্ছিন্ন</p>")


def letter(kind: str = "opened", number: int = 1) -> Letter:
    first = "<BHR-2026-000001.opened.responsible@example.org>"
    own = f"<BHR-2026-000001.{kind}.responsible@example.org>"
    return Letter(number, kind, "responsible", own, first, datetime(2026, 11, 24, 4, tzinfo=UTC), 1, {})


def channel(port: int, tmp_path: Path, **more: object) -> EmailChannel:
    mail = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "monitor@example.org", "timeout_s": 2}
    return EmailChannel(Mail.model_validate({**mail, **more}), tmp_path / "outbox", tmp_path)


def mail_at(port: int, **more: object) -> Mail:
    given = {"host": "mail.example.org", "port": port, "security": "none", "sender": "m@example.org"}
    return Mail.model_validate({**given, **more})
