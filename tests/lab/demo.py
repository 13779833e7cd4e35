"""`scripts/demo`: a day of an upazila in ten minutes, for people to watch.

Real hosts in a network of their own, the real daemon with clocks that run sixty times as fast, a mail catcher; what
happens when stands in `scenes.py`. Nothing needs root or a network.
"""

import argparse
import re
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from monitor.configuration import load
from monitor.domain.clock import DHAKA
from monitor.settings.fleet import Fleet
from tests.lab.clock import FastClock
from tests.lab.daemon import Daemon
from tests.lab.damage import Damage
from tests.lab.fleet import Settings, shipped_sites, write_config
from tests.lab.mail import Mail, MailCatcher
from tests.lab.namespace import LabError
from tests.lab.network import Lab
from tests.lab.scenes import BEGINS, DAY, ENDS, SCENES, Scene

HOME = Path("var/demo")
FACTOR = 60
USER, PASSWORD = "officer", "green-boat-on-the-padma"
PACE: Settings = {  # by the fast clocks: a timeout of 15 s is a quarter of a real one
    "probing": {"interval_s": 60, "recheck_s": 20, "echoes": 2, "spacing_s": 2, "timeout_s": 15},
    "tickets": {"recovery_hold_s": 600},
    "notices": {"quiet_hours": True, "morning": ["responsible"], "weekly": []},
    "mail": {"timeout_s": 120, "retry_s": 30},
}
WELCOME = """
A day of an upazila, {factor} times as fast: {minutes} minutes. Nothing is real but the packets, and nothing leaves this
machine. Ctrl-C ends it.
  page      http://{listen}/          log in as {user}, password {password}
  mails     {home}/mails/  (and a line here for each)
"""


class Stage:
    """What scenes act upon."""

    def __init__(self, lab: Lab, daemon: Daemon, fleet: Fleet, clock: FastClock) -> None:
        self._daemon, self._fleet, self._clock = daemon, fleet, clock
        self._damage = Damage(lab, fleet)

    def play(self, scene: Scene) -> None:
        """Makes happen what the scene says."""
        match scene.act:
            case "cut":
                self._damage.down(scene.whom)
            case "mend":
                self._damage.up(scene.whom)
            case "dark" | "lit":
                change = self._damage.down if scene.act == "dark" else self._damage.up
                for site in (site for site in self._fleet.sites.values() if site.union == scene.whom):
                    change(site.id)
            case "phone":
                self._run("ticket", "new", "--service", "citizen:8", "--by", "phone", "--site", scene.whom, *ASKER)

    def add_user(self, password: Path) -> None:
        """Adds the officer who may act."""
        password.write_text(f"{PASSWORD}\n", encoding="utf-8")
        password.chmod(0o600)
        self._run("user", "add", USER, "--role", "officer", "--password-file", str(password))

    def _run(self, *words: str) -> None:
        done = self._daemon.run(*words, environment=self._clock.environment())
        if done.returncode:
            raise LabError(f"{' '.join(words)}: {done.stdout}{done.stderr}")


ASKER = ("--from", "প্রধান শিক্ষক", "--text", "ল্যাবের ইন্টারনেট নেই")


def main() -> int:
    """Parses, plays, and answers with an exit code."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description="A day of an upazila in ten minutes.")
    parser.add_argument("--port", type=int, default=9786, help="where the page is served (default 9786)")
    parser.add_argument("--lang", choices=("bn", "en"), default="bn", help="language of what is said here (default bn)")
    parser.add_argument("--exit", action="store_true", help="end with the day, instead of staying for a look")
    words = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        return _day(words.port, words.lang, words.exit)
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _day(port: int, lang: str, ends: bool) -> int:
    shutil.rmtree(HOME, ignore_errors=True)
    (HOME / "mails").mkdir(parents=True)
    begins = datetime.combine(DAY, BEGINS, DHAKA)
    clock = FastClock(begins.astimezone(UTC), FACTOR)
    command = [sys.executable, "-m", "tests.lab.at_speed", str(FACTOR)]
    kinds: Counter[str] = Counter()
    with (
        Lab() as lab,
        MailCatcher.on(lab.hosts, on_mail=lambda mail: _show(mail, clock, kinds)),
        _daemon(lab, port, command) as daemon,
    ):
        settings = {**PACE, "web": {"listen": daemon.listen, "demonstration": True}}
        write_config(daemon.config, sites=_sites(), listen=daemon.listen, target_s=None, settings=settings)
        _start(daemon, clock)
        stage = Stage(lab, daemon, load(daemon.config).fleet, clock)
        stage.add_user(HOME / "password")
        minutes = round((datetime.combine(DAY, ENDS, DHAKA) - begins).total_seconds() / 60 / FACTOR)
        print(
            WELCOME.format(
                factor=FACTOR, minutes=minutes, listen=daemon.listen, home=HOME, user=USER, password=PASSWORD
            )
        )
        for scene in SCENES:
            _wait(clock, scene.at_utc, daemon)
            stage.play(scene)
            if said := scene.bn if lang == "bn" else scene.en:
                print(f"{scene.at:%H:%M}  {said}", flush=True)
        _wait(clock, datetime.combine(DAY, ENDS, DHAKA), daemon)
        _sum_up(daemon, clock, kinds)
        while not ends and daemon.running:
            time.sleep(0.5)
    return 0


def _daemon(lab: Lab, port: int, command: Sequence[str]) -> Daemon:
    try:
        return Daemon(lab, HOME.absolute(), port, command=command)
    except OSError as error:
        raise LabError(f"port {port}: {error.strerror}. Take another: scripts/demo --port {port + 1}") from None


def _start(daemon: Daemon, clock: FastClock) -> None:
    try:
        daemon.start(ready_within_s=60, environment=clock.environment())
    except AssertionError as error:
        raise LabError(str(error)) from None


def _sites() -> str:
    """The shipped fleet; each of the unions that are to lose their power hangs on a feeder of its own."""
    dark = {scene.whom for scene in SCENES if scene.act == "dark"}
    return re.sub(
        r'(?m)^union = "(\w+)"$',
        lambda found: f'{found[0]}\nfeeder = "feeder-{found[1]}"' if found[1] in dark else found[0],
        shipped_sites(),
    )


def _wait(clock: FastClock, at_utc: datetime, daemon: Daemon) -> None:
    while (left_s := clock.real_s_until(at_utc)) > 0:
        if not daemon.running:
            raise LabError(f"the daemon ended by itself; its last words are in {HOME}/daemon.log")
        time.sleep(min(left_s, 0.5))


def _show(mail: Mail, clock: FastClock, kinds: Counter[str]) -> None:
    folder = HOME / "mails"
    name = mail.header("Message-ID").strip("<>").partition("@")[0]
    (folder / f"{sum(1 for _ in folder.iterdir()) + 1:03}-{name}.eml").write_bytes(mail.content)
    kinds.update(mail.recipients)
    print(f"{clock.now_utc().astimezone(DHAKA):%H:%M}    ✉ {mail}", flush=True)


def _sum_up(daemon: Daemon, clock: FastClock, kinds: Counter[str]) -> None:
    for name in ("outages", "tickets"):
        print(daemon.run(name, environment=clock.environment()).stdout, flush=True)
        facts = daemon.run(name, "--json", environment=clock.environment()).stdout
        (HOME / f"{name}.json").write_text(facts, encoding="utf-8")
    print("\n".join(f"{count:3} mails to {reader}" for reader, count in sorted(kinds.items())), flush=True)


if __name__ == "__main__":
    sys.exit(main())
