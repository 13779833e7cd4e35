"""Send short messages through a GSM modem: Debian's `gammu`, a process per message, so that its deadline is enforced.

The text goes to it by a pipe. Its output is read only for whether it had begun to send: before that, the modem is at
fault and the channel unavailable; after that, only this message failed.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, STDOUT
from threading import Lock

from monitor.alerts.channels.base import ChannelUnavailable, TemporaryFailure
from monitor.domain.message import Message, message
from monitor.domain.text import clean
from monitor.net.deadline import Deadline
from monitor.settings.base import Model, PlainPath

LONGEST_SAID = 200
_PART = re.compile(r"Sending SMS (\d+)/\d+\.+(OK, message reference=\d+)?")


class Modem(Model):
    """[channels.sms.gammu]: a GSM modem configured in gammu."""

    config_file: PlainPath = Path("/etc/gammurc")
    """gammu's own configuration, which names the modem (gammurc(5))."""
    program: PlainPath = Path("gammu")
    """The program, where it is not on the path."""

    def faults(self, home: Path) -> Iterator[Message]:
        """Yield what keeps it from working on this machine."""
        if shutil.which(str(self.program)) is None:
            yield message("channels.sms.gammu: the program is not installed. As root: apt-get install gammu")
        if not (home / self.config_file).is_file():
            path = home / self.config_file
            yield message("channels.sms.gammu.config_file: {path} is not there. See gammurc(5)", path=path)


class GammuProcess:
    """The sender by one modem; `abort` may be called from another thread."""

    def __init__(self, modem: Modem, home: Path) -> None:
        self._modem, self._home = modem, home
        self._lock = Lock()
        self._under_way: subprocess.Popen[str] | None = None
        self._stopped = False

    def abort(self) -> None:
        """Kill the process that is under way, and begin none any more."""
        with self._lock:
            self._stopped = True
            if self._under_way is not None:
                self._under_way.kill()

    def send(self, e164: str, text: str, is_gsm: bool, deadline: Deadline) -> str:
        """Send one message and return the network's references; raises a DeliveryFailure."""
        coding = [] if is_gsm else ["-unicode"]
        words = [str(self._modem.program), "-c", str(self._home / self._modem.config_file), "sendsms", "TEXT", e164]
        words += [*coding, "-autolen", str(len(text.encode("utf-16-be")) // 2)]
        said, code = self._run(words, text, deadline)
        parts = _PART.findall(said)
        sent = [reference for _, reference in parts if reference]
        if code == 0 and sent and len(sent) == len(parts):
            return f"{sent[-1]} from gammu"
        lines = [line for line in said.splitlines() if line.strip()] or [f"exit code {code}"]
        raise (TemporaryFailure if parts else ChannelUnavailable)(f"gammu: {clean(lines[-1], LONGEST_SAID)}")

    def _run(self, words: list[str], text: str, deadline: Deadline) -> tuple[str, int]:
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        try:
            with self._lock:
                if self._stopped:
                    raise TemporaryFailure(message("given up: the program stops"))
                process = self._under_way = subprocess.Popen(
                    words, stdin=PIPE, stdout=PIPE, stderr=STDOUT, encoding="utf-8", errors="replace", env=environment
                )
        except OSError as error:
            raise ChannelUnavailable(f"{self._modem.program}: {(error.strerror or str(error)).lower()}") from None
        with process:
            try:
                said, _ = process.communicate(text, timeout=deadline.left_s)
            except subprocess.TimeoutExpired:
                process.kill()
                raise ChannelUnavailable(
                    message("gammu: not done within {seconds:g} s", seconds=deadline.timeout_s)
                ) from None
            finally:
                self._under_way = None
        return said, process.returncode
