"""Let an office live in the lab for a minute, and keep its folder, with what its commands say of it: recording.py FILE.

An outage with its ticket, a complaint by phone, letters that wait because no mail server answers, an edition of a
report, a user and a token, some history. It is run with the source of another version, whose lab it is.
"""

import io
import json
import sys
import tarfile
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from tests.lab.daemon import Daemon
from tests.lab.fleet import shipped_sites, write_config
from tests.lab.network import Lab
from tests.lab.waiting import until

CUT = "10.77.2.6"  # udc-juniadaha, by its address in the lab
ASKED = {
    "tickets": ("tickets",),
    "outages": ("outages",),
    "letters": ("outbox",),
    "users": ("user", "list"),
    "tokens": ("token", "list"),
    "audit": ("audit", "verify"),
    "acts": ("audit", "list"),
    "history": ("history", "udc-juniadaha"),
    "events": ("events",),
}
"""What is asked of the office, by its name in said.json."""


def live(home: Path) -> dict[str, Any]:
    """Let it live, and return what its commands and its API say of it in the end."""
    with Lab() as lab, Daemon(lab, home) as daemon:
        write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen)
        daemon.start(ready_within_s=240)
        until(lambda: {site["state"] for site in daemon.json("status")["sites"]} == {"up"}, "all sites up", 60)
        lab.down(CUT)
        until(lambda: daemon.json("tickets"), "a ticket", 90)
        said = ["--service", "6", "--by", "phone", "--from", "A teacher", "--text", "The lab is dark"]
        done(daemon, "ticket", "new", *said, "--as", "rahima")
        (number,) = [ticket["number"] for ticket in daemon.json("tickets") if ticket["site"] is None]
        done(daemon, "ticket", "ack", number, "--text", "Somebody goes there", "--as", "rahima")
        (home / "word").write_text("a long word for rahima\n")
        done(daemon, "user", "add", "rahima", "--role", "officer", "--password-file", str(home / "word"))
        token = done(daemon, "token", "add", "wall", "--scope", "reports:make", "--scope", "reports:read").strip()
        asked = urllib.request.Request(
            f"http://{daemon.listen}/api/v1/reports",
            json.dumps({"period_kind": "month", "period": daemon.json("tickets")[0]["opened_utc"][:7]}).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        urllib.request.urlopen(asked, timeout=10).close()
        until(lambda: made(daemon, token), "the edition", 240)
        until(lambda: daemon.json("outbox", "--owed"), "letters that wait", 60)
        kept = editions(daemon, token)
        daemon.stop()
        return {"editions": kept, "token": token} | {name: daemon.json(*words) for name, words in ASKED.items()}


def made(daemon: Daemon, token: str) -> bool:
    """Return whether all editions are made; it asks seldom, since a caller may ask only so often."""
    time.sleep(2)
    return all(edition["state"] == "made" for edition in editions(daemon, token))


def done(daemon: Daemon, *words: str) -> str:
    """Do a command, and return what it prints."""
    ran = daemon.run(*words)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def editions(daemon: Daemon, token: str) -> list[dict[str, Any]]:
    """Return the editions of reports, as the API lists them."""
    asked = urllib.request.Request(
        f"http://{daemon.listen}/api/v1/reports", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)["items"]
    return found


def main() -> None:
    target = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        said = json.dumps(live(home), indent=1).encode()
        with tarfile.open(target, "w:gz") as kept:
            for folder in ("config", "var"):
                kept.add(home / folder, folder, filter=_kept)
            entry = tarfile.TarInfo("said.json")
            entry.size = len(said)
            kept.addfile(entry, io.BytesIO(said))


def _kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leave out whose machine it was, and what is no file."""
    if not (entry.isfile() or entry.isdir()):
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    main()
