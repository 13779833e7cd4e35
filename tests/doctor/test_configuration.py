"""What the configuration names is looked for; what a daemon refused is said."""

import os

from monitor.settings.in_force import InForce, started_of
from tests.doctor.installation import Installation


def test_the_shipped_one_is_well(office: Installation) -> None:
    assert office.found("configuration") == ["ok"]


def test_a_secret_that_is_not_there_is_named_by_its_key(office: Installation) -> None:
    office.configure("monitor.toml", "snmp.v2c.core", community_file="secrets/community")
    (finding,) = office.examined("configuration").findings
    assert finding.kind.code == "configuration.faulty"
    assert str(finding.text).startswith("snmp.v2c.core.community_file: cannot be read: No such file or directory")


def test_what_a_running_daemon_refused_is_an_error(office: Installation) -> None:
    fault = "config/monitor.toml:3: web.listen: wrong"
    pid = os.getpid()
    daemon = InForce(str(office.config), {}, "x", pid, started_of(pid), 0, refused=[fault])
    (finding,) = office.examined("configuration", daemon=daemon).findings
    assert finding.kind.code == "configuration.refused"
    assert fault in str(finding.text)
