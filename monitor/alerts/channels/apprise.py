"""Deliver through Apprise (SMS gateways, Telegram, webhooks and a hundred more), each in a process of its own.

So the deadline is enforced whatever a gateway does, and Apprise's memory and threads are not the monitor's. The URL,
which holds a secret, comes from a file and goes to the process by a pipe: it is never in a list of processes, a log or
an error. Apprise reports success or failure and no more.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import ClassVar, Literal

from monitor.alerts.channels.base import ChannelKind, Letter, Recipient, Rendered, TemporaryFailure
from monitor.domain.message import Message, message, said_by
from monitor.settings.base import SecretFile
from monitor.settings.notices_section import RecipientEntry
from monitor.settings.secrets import SecretError, read_secret

DELIVERED, REFUSED, NO_SUCH_SERVICE, NOT_INSTALLED = 0, 1, 2, 3
MOST_CHARACTERS = 1_000
MISSING = message("this needs the package apprise. Expected: pip install 'upazila-monitor[apprise]'")
COMMAND = [sys.executable, "-P", "-m", "monitor.alerts.channels.apprise"]


class AppriseRecipient(RecipientEntry):
    """A recipient behind one of Apprise's URLs."""

    reached_by: ClassVar[str] = "url_file"
    channel: Literal["apprise"] = "apprise"
    url_file: SecretFile
    """A file (mode 0600) with one of Apprise's URLs."""

    @property
    def secrets(self) -> tuple[tuple[str, Path], ...]:
        return (("url_file", self.url_file),)

    @property
    def shown_address(self) -> str:
        return f"the URL in {self.url_file}"

    def faults(self) -> Iterator[Message]:
        if find_spec("apprise") is None:
            yield MISSING


class AppriseChannel:
    """The channel. ``home``: the folder at which relative paths of URL files start."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._under_way: subprocess.Popen[str] | None = None

    def abort(self) -> None:
        """Kill the process that is under way."""
        if (process := self._under_way) is not None:
            process.kill()

    def deliver(self, letter: Letter, recipient: Recipient, rendered: Rendered) -> str:
        """Deliver in a process; return Apprise's report of success."""
        try:
            url = read_secret(self._home / (recipient.address or ""), "url_file").reveal()
        except SecretError as error:
            raise TemporaryFailure(said_by(error)) from None
        job = {"url": url, "title": rendered.subject, "body": rendered.short[:MOST_CHARACTERS], "kind": letter.kind}
        with subprocess.Popen(COMMAND, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, text=True) as process:
            self._under_way = process
            try:
                process.communicate(json.dumps(job), timeout=recipient.timeout_s)
            except subprocess.TimeoutExpired:
                process.kill()
                raise TemporaryFailure(message("no answer within {seconds:g} s", seconds=recipient.timeout_s)) from None
            finally:
                self._under_way = None
        if process.returncode == NOT_INSTALLED:
            raise TemporaryFailure(MISSING)
        if process.returncode == NO_SUCH_SERVICE:
            raise TemporaryFailure(message("url_file: Apprise knows no such service. Expected one of its URLs"))
        if process.returncode != DELIVERED:
            raise TemporaryFailure(message("Apprise could not deliver it"))
        return "accepted through Apprise"


def main() -> int:
    """Deliver the one message on standard input; prints nothing, because it might contain the URL."""
    import logging

    try:
        import apprise
    except ImportError:
        return NOT_INSTALLED
    logging.disable(logging.CRITICAL)
    job = json.load(sys.stdin)
    service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="upazila-monitor", async_mode=False))
    if not service.add(job["url"]):
        return NO_SUCH_SERVICE
    kinds = {"resolved": "success", "restored": "success", "opened": "failure", "breach": "failure"}
    return DELIVERED if service.notify(job["body"], job["title"], kinds.get(job["kind"], "warning")) else REFUSED


APPRISE = ChannelKind(
    AppriseRecipient,
    lambda around: AppriseChannel(around.home),
    title="Apprise",
    doc="""\
Telegram, webhooks and a hundred more, through [Apprise](https://github.com/caronc/apprise), each delivery in a process
of its own, so that its deadline is real whatever a gateway does. Apprise tells success from failure and no more: there
is no queue id as proof. A wheel brings it as the extra `upazila-monitor[apprise]`; without it `check` says so.""",
)


if __name__ == "__main__":
    sys.exit(main())
