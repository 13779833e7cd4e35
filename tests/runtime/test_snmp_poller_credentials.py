"""Over SNMPv3 an agent says that it refuses a user or a key: an event about credentials, never an outage."""

from pathlib import Path

import pytest

from tests.lab.daemon import Daemon
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.runtime.polled import ROUTER, agent, state
from tests.runtime.trapped import AUTH, PRIV, USER, V3_CREDENTIALS, write
from tests.told import stored

REFUSES = f"{ROUTER} does not accept these credentials"
DROPS = f"{ROUTER}: it names itself but answers nothing: most likely the encryption key is wrong"
OFTEN: dict[str, object] = {"interval_s": 5, "timeout_s": 0.4, "retries": 0}


@pytest.mark.parametrize(
    ("user", "why", "secret"),
    [
        (USER.replace(AUTH, "another password"), f"{REFUSES}: the key for signing is wrong", "auth"),
        pytest.param(USER.replace(PRIV, "another password"), DROPS, "priv", marks=pytest.mark.long),
        pytest.param(
            USER.replace("monitor", "another"), f"{REFUSES}: it does not know this user", "", marks=pytest.mark.long
        ),
    ],
    ids=["signing", "encrypting", "user"],
)
def test_a_refusal_is_told_with_its_reason_and_ends_with_the_right_secret(
    lab: Lab, tmp_path: Path, user: str, why: str, secret: str
) -> None:
    with Daemon(lab, tmp_path) as daemon, agent(lab, tmp_path, "public", more=user):
        write(daemon, V3_CREDENTIALS, OFTEN)
        daemon.start()
        until(lambda: state(daemon, "credentials") == 1, "the refusal", 15)
        (told,) = until(lambda: daemon.rows("SELECT kind, reason FROM events"), "the line of the timeline", 5)
        assert (told["kind"], stored(told["reason"])) == ("snmp_credentials", why)
        assert daemon.metric("upazila_site_state", site="backbone", state="up") == 1
        assert daemon.rows("SELECT id FROM outages") == []

        if secret:
            (daemon.home / secret).write_text("another password\n", encoding="utf-8")
        else:
            monitor = daemon.config / "monitor.toml"
            monitor.write_text(monitor.read_text("utf-8").replace('"monitor"', '"another"'), encoding="utf-8")
        daemon.reload()
        until(lambda: state(daemon, "ok") == 1, "the right one to work", 15)
        told_since = until(lambda: daemon.rows("SELECT kind FROM events ORDER BY id")[1:], "the next line of it", 5)
        assert told_since[0]["kind"] == "snmp_ok"
