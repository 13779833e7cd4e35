"""A real Request Tracker 5, Debian's, on loopback: its own database and configuration in a folder of the test's.

Nothing of the system's own RT is touched: RT_SITE_CONFIG and RT_SITE_CONFIG_DIR point elsewhere. It sends no mail: what
it takes for sendmail writes into a file of the folder.
"""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from tests.lab.namespace import LabError
from tests.lab.waiting import until

SHARE = Path("/usr/share/request-tracker5")
ANSWER_S = 200.0  # 55 comments in one request, or one of 1.5 MB, take it half a minute where other tests run beside it
SETUP, SERVER = Path("/usr/sbin/rt-setup-database-5"), SHARE / "libexec" / "rt-server"

SITE_CONFIG = """
Set($rtname, 'lab');
Set($Organization, 'lab');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.db');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($WebPath, '');
Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($LogToSyslog, undef);
Set($LogToFile, undef);
Set($LogToSTDERR, 'error');
Set($MailCommand, 'sendmailpipe');
Set($SendmailPath, '{folder}/sendmail');
Set($Timezone, 'UTC');
Set($MasonDataDir, '{folder}/mason');
Set($MasonSessionDir, '{folder}/session');
Set($MasonLocalComponentRoot, '{folder}/local');
1;
"""

# Two people: the monitor with an access token and only the rights that the docs name, and Karim with a password.
PEOPLE = """
use lib '/usr/share/request-tracker5/lib';
use RT; RT::LoadConfig(); RT::Init();
my $queue = RT::Queue->new(RT->SystemUser);
$queue->Create(Name => 'Outages') or die;
for my $name ('monitor', 'karim') {
    my $user = RT::User->new(RT->SystemUser);
    my ($made, $why) = $user->Create(Name => $name, Privileged => 1, Password => 'lab-password');
    die $why unless $made;
    for my $right (qw(SeeQueue CreateTicket ShowTicket ShowTicketComments ModifyTicket CommentOnTicket)) {
        my ($given, $reason) = $user->PrincipalObj->GrantRight(Right => $right, Object => $queue);
        die $reason unless $given;
    }
    next unless $name eq 'monitor';
    my ($id, $message, $token) = RT::AuthToken->new(RT->SystemUser)->Create(Owner => $user->Id, Description => 'lab');
    die $message unless $id;
    print "$token\\n";
}
"""


class RealRt:
    """``with RealRt(folder) as rt`` sets one up and starts it; `stop` and `start` take it away and bring it back."""

    kind = "rt"
    queue = "Outages"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: subprocess.Popen[bytes] | None = None
        self._environment = {
            **os.environ,
            "RT_SITE_CONFIG": str(folder / "RT_SiteConfig.pm"),
            "RT_SITE_CONFIG_DIR": str(folder / "RT_SiteConfig.d"),
        }
        self.port = 0
        self.token = ""

    def __enter__(self) -> Self:
        if not (SETUP.exists() and SERVER.exists() and shutil.which("perl")):
            raise LabError("Request Tracker 5 is missing. Run as root: scripts/setup rt")
        for part in ("RT_SiteConfig.d", "mason", "session", "local"):
            (self._folder / part).mkdir(parents=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        sendmail = self._folder / "sendmail"
        sendmail.write_text(f"#!/bin/sh\ncat >>{self._folder}/mails\n")
        sendmail.chmod(0o755)
        (self._folder / "RT_SiteConfig.pm").write_text(SITE_CONFIG.format(folder=self._folder, port=self.port))
        self._run(str(SETUP), "--action", "init", "--skip-create", "--dba", "", "--dba-password", "")
        self.token = self._run("perl", "-e", PEOPLE).strip().splitlines()[-1]
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        words = [str(SERVER), "--server", "Starlet", "--host", "127.0.0.1", "--port", str(self.port)]
        with (self._folder / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [*words, "--max-workers", "2"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self._answers, "Request Tracker", 60)

    def stop(self) -> None:
        """Ends the server and its workers."""
        if self._server is not None:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            self._server = None

    def go_away(self) -> None:
        """Whoever asks from now on finds nobody there."""
        self.stop()

    def come_back(self) -> None:
        self.start()

    def karim(self, method: str, path: str, body: Any = None) -> Any:
        """What a person at the desk does, by Request Tracker's own API under his own name."""
        answer = self._ask(method, path, body)
        answer.raise_for_status()
        return answer.json()

    def tickets(self, number: str) -> list[str]:
        """The ids of all tickets whose subject holds this number."""
        found = self.karim("GET", f"/tickets?query=Subject LIKE '{number}'&orderby=id&per_page=100")
        return [str(item["id"]) for item in found["items"]]

    def status(self, id_: str) -> str:
        """What a ticket stands at."""
        return str(self.karim("GET", f"/ticket/{id_}")["Status"])

    def remarks(self, id_: str) -> list[tuple[str, str]]:
        """(who, subject and text) of all that was written to it, the oldest first."""
        history = self.karim("GET", f"/ticket/{id_}/history?fields=Type,Data,Creator&per_page=100&orderby=id")
        return [
            (str(item["Creator"]["id"]), f"{item['Data'].strip()} {self._text(item['id'])}")
            for item in history["items"]
            if item["Type"] in {"Comment", "Correspond"}
        ]

    def _text(self, transaction: str) -> str:
        parts = self.karim("GET", f"/transaction/{transaction}/attachments?fields=Content")["items"]
        return str(parts[0]["Content"]) if parts else ""

    def person_writes(self, id_: str, text: str) -> None:
        """Karim writes this."""
        self.karim("POST", f"/ticket/{id_}/comment", {"Content": text, "ContentType": "text/html"})

    def person_sets(self, id_: str, status: str) -> None:
        """Karim sets this status."""
        self.karim("PUT", f"/ticket/{id_}", {"Status": status})

    def mails(self) -> str:
        """All mails that it would have sent."""
        file = self._folder / "mails"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    def _answers(self) -> bool:
        assert self._server is not None
        assert self._server.poll() is None, (self._folder / "server.log").read_text()
        try:
            return self._ask("GET", "/rt", None).ok
        except requests.RequestException:
            return False

    def _ask(self, method: str, path: str, body: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            session.auth = ("karim", "lab-password")
            return session.request(method, f"{self.url}/REST/2.0{path}", json=body, timeout=ANSWER_S)

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            words,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=240,
            check=False,
        )
        if done.returncode:
            raise LabError(f"{words[0]}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout
