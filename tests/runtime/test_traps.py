"""Traps and informs of net-snmp's commands: from known devices they make the daemon look at once, and judge nobody."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.typed import typed
from tests.lab.daemon import Daemon
from tests.lab.fleet import write_config
from tests.lab.network import MONITOR4, Lab
from tests.lab.waiting import until
from tests.runtime.polled import ROUTER, SITES, agent, state
from tests.runtime.trapped import (
    AUTH,
    COLD_START,
    LINK_DOWN,
    PORT,
    PRIV,
    SLOWLY,
    USER,
    V2C_CREDENTIALS,
    V3,
    V3_CREDENTIALS,
    write,
)
from tests.told import stored

OTHER = "10.77.2.77"


@contextmanager
def watching(lab: Lab, folder: Path, credentials: str, sites: str = SITES) -> Iterator[Daemon]:
    """A daemon that has just read the router, and would read it again in ten minutes."""
    with Daemon(lab, folder) as daemon, agent(lab, folder, "public", more=USER):
        write(daemon, credentials, sites=sites)
        daemon.start()
        until(lambda: state(daemon, "ok") == 1, "the first reading", 15)
        yield daemon


def send(lab: Lab, *words: str, sender: str = ROUTER, trap: str = LINK_DOWN, inform: bool = False) -> int:
    """One trap or inform by net-snmp's command; its exit code."""
    command = ["snmptrap", "-m", "", "-Ci"] if inform else ["snmptrap", "-m", ""]
    version = words or ("-v2c", "-c", "public")
    argv = [*command, "-r", "0", "-t", "2", *version, f"--clientaddr={sender}", f"{MONITOR4}:{PORT}", "", trap]
    return lab.hosts.run(argv, check=False).returncode


def counted(daemon: Daemon, outcome: str) -> float:
    return daemon.metric("upazila_traps_total", handling=outcome) or 0.0


def readings(daemon: Daemon) -> float:
    return daemon.metric("upazila_snmp_readings_total", outcome="ok") or 0.0


def rounds(daemon: Daemon) -> float:
    return daemon.metric("upazila_samples_total", probe="icmp") or 0.0


def told(daemon: Daemon) -> list[object]:
    return [stored(row["reason"]) for row in daemon.rows("SELECT reason FROM events WHERE kind = 'trap' ORDER BY id")]


def test_a_trap_makes_its_device_be_read_at_once_and_judges_nobody(lab: Lab, tmp_path: Path) -> None:
    with watching(lab, tmp_path, V2C_CREDENTIALS) as daemon:
        assert readings(daemon) == 1
        probed = rounds(daemon)
        assert send(lab) == 0
        until(lambda: counted(daemon, "accepted") == 1, "the trap", 10)
        until(lambda: readings(daemon) == 2, "a reading because of it", 10)
        until(lambda: rounds(daemon) > probed, "echoes because of it", 5)

        assert send(lab, trap=COLD_START, inform=True) == 0, "the inform is answered"
        until(lambda: told(daemon) == ["linkDown", "coldStart"], "both on the timeline", 10)
        assert daemon.rows("SELECT id FROM outages") == []
        assert daemon.metric("upazila_site_state", site="backbone", state="up") == 1


@pytest.mark.long
def test_a_device_with_another_address_is_heard_from_that_one_too(lab: Lab, tmp_path: Path) -> None:
    sites = f'{SITES}snmp_source = "{OTHER}"\n'
    with watching(lab, tmp_path, V2C_CREDENTIALS, sites) as daemon:
        assert send(lab, sender=OTHER, inform=True) == 0
        until(lambda: readings(daemon) == 2, "a reading because of it", 10)
        assert counted(daemon, "unknown_sender") == 0


@pytest.mark.long
def test_a_trap_that_comes_during_a_reading_is_followed_by_another(lab: Lab, tmp_path: Path) -> None:
    def silent() -> float:
        return daemon.metric("upazila_snmp_readings_total", outcome="silent") or 0.0

    with Daemon(lab, tmp_path) as daemon:
        write(daemon, V2C_CREDENTIALS, {**SLOWLY, "timeout_s": 4})  # nobody answers: a reading takes that long
        daemon.start()
        send(lab)
        until(lambda: counted(daemon, "accepted") == 1, "the trap", 3)
        assert silent() == 0, "the first reading is still under way"
        until(lambda: silent() == 1, "the end of the first", 10)
        ended_mono_s = time.monotonic()
        until(lambda: silent() == 2, "another one because of the trap", 20)
        assert time.monotonic() - ended_mono_s > 6, "it rested for as long as the first took"


def test_who_is_unknown_or_lies_about_the_community_is_counted_and_dropped(lab: Lab, tmp_path: Path) -> None:
    with watching(lab, tmp_path, V2C_CREDENTIALS) as daemon:
        send(lab, sender="10.77.2.200")
        until(lambda: counted(daemon, "unknown_sender") == 1, "the unknown sender", 10)
        assert send(lab, "-v2c", "-c", "guess", inform=True) != 0, "nobody who guesses is answered"
        until(lambda: counted(daemon, "wrong_credentials") == 1, "the wrong community", 10)
        assert told(daemon) == []
        assert readings(daemon) == 1


def test_a_flood_of_traps_is_cut_and_drowns_nobody_else(lab: Lab, tmp_path: Path) -> None:
    another = '\n[sites.backbone.devices.switch]\naddress = "10.77.2.7"\nsnmp = "core"\n'
    with watching(lab, tmp_path, V2C_CREDENTIALS, SITES + another) as daemon:
        one = f"snmptrap -m '' -v2c -c public --clientaddr={ROUTER} {MONITOR4}:{PORT} '' {LINK_DOWN}"
        begun_s = time.monotonic()
        lab.hosts.run(["sh", "-c", f"for i in $(seq 60); do {one}; done"])
        until(lambda: counted(daemon, "accepted") + counted(daemon, "rate_limited") == 60, "all of them", 10)
        assert counted(daemon, "accepted") <= 5 + (time.monotonic() - begun_s) + 1, "five, and one a second"
        heard = counted(daemon, "accepted")
        send(lab, sender="10.77.2.7")
        until(lambda: counted(daemon, "accepted") == heard + 1, "who has said nothing yet", 5)


def test_signed_informs_are_answered_and_unsigned_ones_are_not(lab: Lab, tmp_path: Path) -> None:
    with watching(lab, tmp_path, V3_CREDENTIALS) as daemon:
        assert send(lab, *V3, inform=True) == 0, "the inform is answered"
        until(lambda: told(daemon) == ["linkDown"], "it on the timeline", 10)
        until(lambda: readings(daemon) == 2, "a reading because of it", 10)

        wrong = [word if word != AUTH else "another password" for word in V3]
        assert send(lab, *wrong, inform=True) != 0
        assert send(lab, "-v3", "-u", "monitor", "-l", "noAuthNoPriv", inform=True) != 0
        assert send(lab, "-v2c", "-c", "public", inform=True) != 0
        until(lambda: counted(daemon, "wrong_credentials") >= 3, "the refusals", 10)
        assert told(daemon) == ["linkDown"]


def clock_of_the_agent(lab: Lab) -> tuple[str, str, str]:
    """The id, the boots and the age of the router's engine."""
    argv = ["snmpget", "-m", "", "-Onqx", "-v2c", "-c", "public", ROUTER]
    said = lab.hosts.run([*argv, *(f"1.3.6.1.6.3.10.2.1.{number}.0" for number in (1, 2, 3))]).stdout
    engine, boots, age = (part[4:] for part in re.sub(r"[\s\"]", "", said).split(".1.3.6.1.6.3.10.2.1")[1:])
    return engine, boots, age


def test_a_signed_trap_counts_when_it_comes_from_the_engine_that_was_read(lab: Lab, tmp_path: Path) -> None:
    with watching(lab, tmp_path, V3_CREDENTIALS) as daemon:
        engine, boots, age = clock_of_the_agent(lab)
        whose = ["-e", f"0x{engine}", "-Z", f"{boots},{age}"]

        send(lab, *V3, "-e", "0x8000000001020304", "-Z", f"{boots},{age}")
        until(lambda: counted(daemon, "wrong_credentials") == 1, "another engine's", 10)
        send(lab, *V3, *whose)
        until(lambda: told(daemon) == ["linkDown"], "its own", 10)


@pytest.mark.long
def test_a_device_that_fell_silent_is_heard_when_it_says_that_it_has_started_again(lab: Lab, tmp_path: Path) -> None:
    with Daemon(lab, tmp_path) as daemon:
        write(daemon, V3_CREDENTIALS)
        with agent(lab, tmp_path, "public", more=USER):
            daemon.start()
            until(lambda: state(daemon, "ok") == 1, "the first reading", 15)
            engine, boots, age = clock_of_the_agent(lab)
        send(lab, *V3, "-e", f"0x{engine}", "-Z", f"{boots},{age}")
        until(lambda: state(daemon, "silent") == 1, "a reading that finds nobody", 15)

        send(lab, *V3, "-e", f"0x{engine}", "-Z", f"{int(boots) + 1},2", trap=COLD_START)
        until(lambda: told(daemon) == ["linkDown", "coldStart"], "its start", 10)
        assert counted(daemon, "wrong_credentials") == 0


@pytest.mark.long
def test_a_port_that_was_taken_is_had_after_a_reload(lab: Lab, tmp_path: Path) -> None:
    with lab.monitor.open_socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("0.0.0.0", PORT))
        with watching(lab, tmp_path, V2C_CREDENTIALS) as daemon:
            assert "no traps can be received on 0.0.0.0:10162: Address already in use" in daemon.log()
            taken.close()
            daemon.reload()
            until(lambda: "configuration read again" in daemon.log(), "the reload", 10)
            assert send(lab) == 0
            until(lambda: counted(daemon, "accepted") == 1, "the trap", 10)


SIGNED = f'-v3 -u monitor -l authPriv -a SHA-256 -A "{AUTH}" -x AES -X "{PRIV}" {MONITOR4}:{PORT}'


@pytest.mark.parametrize(
    ("credentials", "sender"),
    [
        pytest.param(V2C_CREDENTIALS, f"trap2sink {MONITOR4}:{PORT} public", id="a v2c trap"),
        pytest.param(
            V2C_CREDENTIALS, f"informsink {MONITOR4}:{PORT} public", id="a v2c inform", marks=pytest.mark.long
        ),
        pytest.param(V3_CREDENTIALS, f"trapsess {SIGNED}", id="a v3 trap", marks=pytest.mark.long),
        pytest.param(V3_CREDENTIALS, f"trapsess -Ci {SIGNED}", id="a v3 inform"),
    ],
)
def test_an_agent_that_is_set_up_as_the_docs_say_tells_of_its_start(
    lab: Lab, tmp_path: Path, credentials: str, sender: str
) -> None:
    set_up = f"{USER}\n[snmp] clientaddr {ROUTER}\n[snmpd]\nexactEngineID 0x80001f8804726f75746572\n{sender}"
    with Daemon(lab, tmp_path) as daemon:
        write(daemon, credentials)
        with agent(lab, tmp_path, "public", more=set_up):
            daemon.start()
            until(lambda: state(daemon, "ok") == 1, "the first reading", 15)
        until(lambda: state(daemon, "silent") == 1, "a reading because it said goodbye", 15)

        with agent(lab, tmp_path, "public", more=set_up):
            until(lambda: told(daemon)[-1:] == ["coldStart"], "its start", 10)
            until(lambda: state(daemon, "ok") == 1, "a reading because of that", 10)


NO_PLACES = ["nowhere", "0.0.0.0", "0.0.0.0:x", "0.0.0.0:99999", "0.0.0.0:0", "999.1.1.1:162", "::1:162"]


@pytest.mark.parametrize("listen", NO_PLACES)
def test_a_place_that_cannot_be_listened_on_is_bad_input(tmp_path: Path, listen: str) -> None:
    write_config(tmp_path / "config", sites=SITES, listen="127.0.0.1:8080", settings={"snmp": {"traps": listen}})
    done = typed(tmp_path, "check")
    assert done.returncode == 2
    assert "snmp.traps" in done.stderr
