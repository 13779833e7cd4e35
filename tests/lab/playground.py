"""`scripts/lab`: the shipped fleet in a lab, watched by the real daemon, for people to break.

Without a word it starts everything and stays until Ctrl-C. Meanwhile a second terminal breaks and mends: the words
`down`, `up`, `loss` and `status` go to the first one over a socket in var/lab, for only the lab's owner may touch it.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from monitor.settings.load import load
from tests.lab.daemon import Daemon
from tests.lab.damage import Damage, NoSuchSiteError
from tests.lab.fleet import Settings, shipped_sites, write_config
from tests.lab.mail import Mail, MailCatcher
from tests.lab.namespace import LabError
from tests.lab.network import Lab

HOME = Path("var/lab")  # from the checkout's top: a socket's name must be short, wherever the checkout lies
CONTROL = HOME / "control"
LOOK_AT_DAEMON_S = 1.0
PACE: Settings = {
    "probing": {"interval_s": 5, "recheck_s": 2, "echoes": 3, "spacing_s": 0.2, "timeout_s": 1},
    "tickets": {"recovery_hold_s": 15},
}

WELCOME = """
The lab is up: {sites} sites, each a real host in a network of its own, and the daemon watches them every 5 s.
  page      http://{listen}/
  metrics   http://{listen}/metrics
  mails     {mails}/  (and a line here for each)
  log       {log}
Who is down longer than {target_s} s has missed the charter's target. From another terminal:
  scripts/lab down udc-juniadaha       scripts/lab up udc-juniadaha
  scripts/lab loss udc-juniadaha 30    scripts/lab status
Ctrl-C ends it, and nothing stays behind but {home}/.
"""


def main() -> int:
    """Parses, does, and answers with an exit code."""
    words = _parser().parse_args()
    try:
        if words.action == "start":
            return _play(words.port, words.target)
        return _ask(
            [words.action, *(str(getattr(words, name)) for name in ("site", "percent") if hasattr(words, name))]
        )
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/lab", description="A fleet to break. Without a word: starts it and stays."
    )
    parser.add_argument("--port", type=int, default=9786, help="where the page is served (default 9786)")
    parser.add_argument("--target", type=int, default=30, metavar="SECONDS", help="the charter's target (default 30)")
    actions = parser.add_subparsers(title="from another terminal", dest="action", metavar="")
    for name, about in (
        ("down", "cut a site off, with all behind it"),
        ("up", "mend a site"),
        ("loss", "lose a share"),
    ):
        action = actions.add_parser(name, help=about)
        action.add_argument("site", help="the site's id, as in config/sites.toml")
        if name == "loss":
            action.add_argument("percent", type=_percent, help="0 to 100")
    actions.add_parser("status", help="what the daemon sees, and what is broken")
    parser.set_defaults(action="start")
    return parser


def _percent(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 100")
    return value


def _play(port: int, target_s: int) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with _control() as control, Lab() as lab, MailCatcher.on(lab.hosts, on_mail=_show) as mails:
        try:
            daemon = Daemon(lab, HOME.absolute(), port)
        except OSError as error:
            raise LabError(
                f"port {port} of 127.0.0.1: {error.strerror}. Take another: scripts/lab --port 9787"
            ) from None
        with daemon:
            write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, target_s=target_s, settings=PACE)
            fleet = load(daemon.config).fleet
            try:
                daemon.start()
            except AssertionError as error:
                raise LabError(str(error)) from None
            facts = {"listen": daemon.listen, "mails": HOME / "mails", "log": HOME / daemon.log_file.name, "home": HOME}
            print(WELCOME.format(sites=len(fleet.sites), target_s=target_s, **facts), flush=True)
            try:
                _serve(control, daemon, Damage(lab, fleet))
            except KeyboardInterrupt:
                print(f"\nStopping. {len(mails.mails)} mails in {HOME / 'mails'}/", flush=True)
                return 0
    print(f"the daemon ended by itself; its last words are in {HOME / daemon.log_file.name}", file=sys.stderr)
    return 1


@contextmanager
def _control() -> Iterator[socket.socket]:
    """A fresh var/lab and the socket in it; only one lab plays in a checkout."""
    with suppress(LabError):
        _ask(["status"], quiet=True)
        raise SystemExit("a lab is running already in another terminal: see scripts/lab status")
    shutil.rmtree(HOME, ignore_errors=True)
    (HOME / "mails").mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as control:
        control.bind(str(CONTROL))
        control.listen()
        control.settimeout(LOOK_AT_DAEMON_S)
        try:
            yield control
        finally:
            CONTROL.unlink()


def _serve(control: socket.socket, daemon: Daemon, damage: Damage) -> None:
    """Does what other terminals ask for, as long as the daemon lives."""
    while daemon.running:
        try:
            caller, _ = control.accept()
        except TimeoutError:
            continue
        with caller, caller.makefile("rw", encoding="utf-8") as line, suppress(OSError, ValueError):
            words = json.loads(line.readline())
            good, text = _act(words, damage)
            line.write(json.dumps([good, text]) + "\n")
            if words[0] != "status":
                print(f"  {'✂' if good else '?'} {text}", flush=True)


def _act(words: list[str], damage: Damage) -> tuple[bool, str]:
    try:
        match words:
            case ["down", site]:
                return True, damage.down(site)
            case ["up", site]:
                return True, damage.up(site)
            case ["loss", site, percent]:
                return True, damage.loss(site, float(percent))
            case _:
                return True, str(damage)
    except NoSuchSiteError as error:
        return False, str(error)


def _ask(words: list[str], *, quiet: bool = False) -> int:
    """Asks the terminal where the lab runs."""
    with socket.socket(socket.AF_UNIX) as caller:
        try:
            caller.connect(str(CONTROL))
        except OSError:
            raise LabError("no lab is running here. Start one in another terminal: scripts/lab") from None
        with caller.makefile("rw", encoding="utf-8") as line:
            line.write(json.dumps(words) + "\n")
            line.flush()
            good, text = json.loads(line.readline())
    if not quiet:
        print(text, file=sys.stdout if good else sys.stderr)
    return 0 if good else 1


def _show(mail: Mail) -> None:
    path = HOME / "mails" / f"{mail.arrived_utc:%H%M%S}-{mail.header('Message-ID').strip('<>').partition('@')[0]}.eml"
    path.write_bytes(mail.content)
    print(f"  ✉ {mail}  ({path.name})", flush=True)


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parents[2])
    sys.exit(main())
