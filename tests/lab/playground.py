"""`scripts/lab`: the shipped fleet in a lab, watched by the real daemon, for people to break.

Without a word it starts everything and stays until Ctrl-C. Meanwhile a second terminal breaks and mends: the words
`down`, `up`, `loss` and `status` go to the first one over a socket in var/lab, for only the lab's owner may touch it.
"""

import argparse
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from monitor.configuration import load
from monitor.settings.fleet import Fleet
from tests.lab.control import Answer, Control, ask
from tests.lab.daemon import Daemon, program
from tests.lab.damage import Damage, NoSuchSiteError
from tests.lab.fleet import Settings, shipped_sites, write_config
from tests.lab.mail import Mail, MailCatcher
from tests.lab.namespace import LabError
from tests.lab.network import Lab

HOME = Path("var/lab")  # seen from the checkout: a socket's name must be short, wherever that lies
CONTROL = HOME / "control"
INTERRUPTED = 130
PACE: Settings = {
    "probing": {"interval_s": 5, "recheck_s": 2, "echoes": 3, "spacing_s": 0.2, "timeout_s": 1},
    "tickets": {"recovery_hold_s": 15},
}

WELCOME = """
The lab is up: {sites} sites, each a real host in a network of its own, and the daemon watches them every 5 s.
  page      http://{listen}/
  metrics   http://{listen}/metrics
  mails     {home}/mails/  (and a line here for each)
  log       {home}/daemon.log
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
        if words.action == "status" and CONTROL.exists():
            subprocess.run([program(), "--config", str(HOME / "config"), "status"], check=False)
        given = [str(getattr(words, name)) for name in ("site", "percent") if hasattr(words, name)]
        done, text = ask(CONTROL, [words.action, *given])
    except LabError as error:
        done, text = False, str(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    print(text, file=sys.stdout if done else sys.stderr)
    return 0 if done else 1


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
    """The first terminal: everything is made, and lasts until Ctrl-C or the daemon's end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    _make_room()
    with (
        Control(CONTROL) as control,
        Lab() as lab,
        MailCatcher.on(lab.hosts, on_mail=_show) as mails,
        _daemon(lab, port) as daemon,
    ):
        fleet = _configure_and_start(daemon, target_s)
        damage = Damage(lab, fleet)
        print(WELCOME.format(sites=len(fleet.sites), listen=daemon.listen, target_s=target_s, home=HOME), flush=True)
        try:
            control.serve(lambda words: _act(words, damage), while_=lambda: daemon.running)
        except KeyboardInterrupt:
            print(f"\nStopping. {len(mails.mails)} mails are in {HOME}/mails/", flush=True)
            return 0
    raise LabError(f"the daemon ended by itself; its last words are in {HOME}/daemon.log")


def _make_room() -> None:
    """An empty folder; only one lab plays in a checkout."""
    with suppress(LabError):
        ask(CONTROL, ["status"])
        raise SystemExit("a lab is running already in another terminal: see scripts/lab status")
    shutil.rmtree(HOME, ignore_errors=True)
    (HOME / "mails").mkdir(parents=True)


def _daemon(lab: Lab, port: int) -> Daemon:
    try:
        return Daemon(lab, HOME.absolute(), port)
    except OSError as error:
        raise LabError(f"port {port}: {error.strerror}. Take another: scripts/lab --port {port + 1}") from None


def _configure_and_start(daemon: Daemon, target_s: int) -> Fleet:
    write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, target_s=target_s, settings=PACE)
    try:
        daemon.start()
    except AssertionError as error:
        raise LabError(str(error)) from None
    return load(daemon.config).fleet


def _act(words: Sequence[str], damage: Damage) -> Answer:
    """Does what another terminal asks for, and says here, too, what was done."""
    try:
        match words:
            case ["down", site]:
                text = damage.down(site)
            case ["up", site]:
                text = damage.up(site)
            case ["loss", site, percent]:
                text = damage.loss(site, float(percent))
            case _:
                return True, str(damage)
    except NoSuchSiteError as error:
        return False, str(error)
    print(f"  ✂ {text}", flush=True)
    return True, text


def _show(mail: Mail) -> None:
    folder = HOME / "mails"
    name = mail.header("Message-ID").strip("<>").partition("@")[0]
    path = folder / f"{sum(1 for _ in folder.iterdir()) + 1:03}-{name}.eml"
    path.write_bytes(mail.content)
    print(f"  ✉ {mail}  ({path.name})", flush=True)


if __name__ == "__main__":
    sys.exit(main())
