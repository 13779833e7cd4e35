"""An office in the lab whose dashboards have something to show: hosts, equipment, the daemon, and Prometheus."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor.configuration import load
from tests.dashboards.equipment import SITES, equipment, write_credentials
from tests.dashboards.prometheus import Prometheus, prometheus
from tests.lab.daemon import Daemon
from tests.lab.damage import Damage
from tests.lab.fleet import shipped_sites, write_config
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab

DEAD_LINK, DEAD_LAB = "backbone-north", "lab-chandgram-girls"
DEGRADED, DEAD_SWITCH = "office-ict", "10.77.1.2"
TARGET_S = 3


@dataclass(frozen=True)
class OfficeInLab:
    """All of it, running."""

    lab: Lab
    daemon: Daemon
    damage: Damage
    prometheus: Prometheus

    def break_things(self) -> None:
        """The planted outages: a backbone link with all behind it, a lab, and a switch, which degrades its office."""
        self.damage.down(DEAD_LINK)
        self.damage.down(DEAD_LAB)
        self.lab.down(DEAD_SWITCH)


@contextmanager
def office_in_lab(home: Path) -> Iterator[OfficeInLab]:
    """Up and scraped, and nothing is broken yet."""
    with ExitStack() as stack:
        lab = stack.enter_context(Lab())
        stack.enter_context(MailCatcher.on(lab.hosts))
        stack.enter_context(equipment(lab.hosts))
        daemon = stack.enter_context(Daemon(lab, home))
        write_config(daemon.config, sites=shipped_sites() + SITES, listen=daemon.listen, target_s=TARGET_S)
        with (daemon.config / "monitor.toml").open("a", encoding="utf-8") as file:
            file.write(write_credentials(daemon.config))
        daemon.start()
        running = stack.enter_context(prometheus(home, daemon.listen))
        yield OfficeInLab(lab, daemon, Damage(lab, load(daemon.config).fleet), running)
