"""`doctor` as it is typed: exit codes, one check alone, languages, and beside a running daemon."""

import json
import shutil
from pathlib import Path

import pytest

from monitor.cli.doctor import PATH
from monitor.doctor.document import document
from monitor.doctor.finding import Examined, found
from monitor.doctor.ping import OK as PING_OK
from monitor.domain.clock import SystemClock
from monitor.settings.in_force import SOCKET
from monitor.web.local_server import listen
from tests.cli.typed import typed
from tests.places import SHIPPED
from tests.web.serving import Serving


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path / "config")
    return tmp_path


def test_a_check_that_finds_nothing_wrong_ends_with_0(home: Path) -> None:
    done = typed(home, "doctor", "--only", "tls")
    assert (done.returncode, done.stderr) == (0, "")
    assert "needs none" in done.stdout
    assert "Nothing is wrong." in done.stdout


def test_a_warning_ends_with_1_and_says_what_mends_it(home: Path) -> None:
    done = typed(home, "doctor", "--only", "letters", "--only", "tls")
    assert done.returncode == 1
    assert "→ monitor.toml: [mail] host, sender and what the server wants" in done.stdout


def test_an_error_ends_with_2(home: Path) -> None:
    (home / "config").chmod(0o777)
    done = typed(home, "doctor", "--only", "permissions")
    assert done.returncode == 2
    assert f"chmod o-w {home}/config" in done.stdout
    assert "1 error, 0 warnings" in done.stdout


def test_a_wrong_configuration_ends_with_2_and_names_the_line(home: Path) -> None:
    file = home / "config" / "monitor.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("echoes = 3 ", "echoes = 0 "), encoding="utf-8")
    done = typed(home, "doctor")
    assert done.returncode == 2
    assert "monitor.toml:" in done.stderr
    assert "probing.echoes" in done.stderr


def test_a_check_that_there_is_not_is_refused_with_those_that_there_are(home: Path) -> None:
    done = typed(home, "doctor", "--only", "smtp")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--only: found 'smtp'" in done.stderr
    assert "mail" in done.stderr


def test_offline_asks_no_other_machine(home: Path) -> None:
    done = typed(home, "doctor", "--offline", "--json")
    checks = {each["check"] for each in json.loads(done.stdout)["checks"]}
    assert {"disk", "ping", "clock"} <= checks
    assert not checks & {"network", "snmp", "mail"}
    done = typed(home, "doctor", "--offline", "--only", "mail")
    assert (done.returncode, done.stdout) == (2, "")


def test_in_bangla_every_word_is(home: Path) -> None:
    done = typed(home, "--lang", "bn", "doctor", "--only", "letters")
    assert "মেইল সার্ভার নেই" in done.stdout
    assert "সতর্কতা" in done.stdout


def test_json_is_in_english_and_has_the_code_of_each_finding(home: Path) -> None:
    done = typed(home, "--lang", "bn", "doctor", "--only", "letters", "--json")
    said = json.loads(done.stdout)
    assert (said["daemon"], said["level"]) == (False, "warning")
    (check,) = said["checks"]
    assert check["findings"][0]["code"] == "letters.no-server"
    assert check["findings"][0]["text"].startswith("no mail server")


def test_what_holds_for_one_process_alone_is_asked_of_the_daemon_that_runs(home: Path) -> None:
    now_utc = SystemClock().utc()
    said = json.dumps(document([Examined("ping", (found(PING_OK),), now_utc)], now_utc, "0.0.9", daemon=True)).encode()
    asked: list[str] = []

    async def answers(scope: dict[str, object], _: object, send: object) -> None:
        asked.append(str(scope["path"]))
        start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
        await send(start)  # type: ignore[operator]
        await send({"type": "http.response.body", "body": said})  # type: ignore[operator]

    (home / "var").mkdir()
    with Serving(answers, listen(home / "var" / SOCKET)):  # type: ignore[arg-type]
        done = typed(home, "doctor", "--only", "ping", "--only", "versions", "--json")
    found_ = {one["code"] for each in json.loads(done.stdout)["checks"] for one in each["findings"]}
    assert asked == [PATH]
    assert "ping.ok" in found_
    assert "versions.restart" in found_, "the daemon that answers is of another version"
