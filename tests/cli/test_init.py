"""`init`: an office's own configuration, from a file of answers and from questions at a terminal."""

import json
import os
import pty
import select
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from monitor.configuration import load
from tests.lab.daemon import program
from tests.new_office.office import ANSWERS, SECRETS, SITES
from tests.places import SHIPPED

PATIENCE_S = 60.0
PROMPTS_END = (":", ": ")


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    for name, secret in SECRETS.items():
        (tmp_path / name).write_text(f"{secret}\n", encoding="utf-8")
    (tmp_path / "list.csv").write_text(SITES, encoding="utf-8")
    file = tmp_path / "answers.toml"
    file.write_text(ANSWERS, encoding="utf-8")
    return file


def run(config: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [program(), "--lang", "en", "--config", str(config), *words]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, stdin=subprocess.DEVNULL)


def talk(config: Path, typed: Sequence[str]) -> tuple[int, str]:
    """Runs `init` at a terminal; types each line when something is asked, and returns code and all that was shown."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(COLUMNS="200", TERM="dumb", NO_COLOR="1")
        os.execv(program(), [program(), "--lang", "en", "--config", str(config), "init"])
    shown, left, ends = b"", list(typed), time.monotonic() + PATIENCE_S
    answered = -1  # how much was shown when the last line was typed: a hidden one is not echoed
    while time.monotonic() < ends:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                read = os.read(terminal, 65_536)
            except OSError:  # the other end is closed
                break
            shown += read
        elif left and len(shown) > answered and shown.decode(errors="replace").endswith(PROMPTS_END):
            answered = len(shown)
            os.write(terminal, f"{left.pop(0)}\n".encode())
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode("utf-8")


def test_a_file_of_answers_becomes_an_office_that_check_accepts(answers: Path, tmp_path: Path) -> None:
    config = tmp_path / "office" / "config"
    done = run(config, "init", "--answers", str(answers))
    in_bangla = run(tmp_path / "again" / "config", "init", "--answers", str(answers), "--lang", "bn").stdout
    assert "উপজেলা কার্যালয়, মিরপুর: ৩টি স্থাপনা।" in in_bangla
    assert "Upazila Office" not in in_bangla
    assert (done.returncode, done.stderr) == (0, "")
    assert "'নাম বাংলা' was read as name_bn" in done.stdout
    assert "3 sites for Upazila Office, Mirpur." in done.stdout
    assert "3 sites" in done.stdout.partition("No errors.")[0], "what `check` says stands there"
    missing = "still missing: officers without an e-mail address: "
    (line,) = (line for line in done.stdout.splitlines() if line.startswith(missing))
    assert "grievance" in line
    assert line.endswith("→ charter.toml: email of these officers")
    assert f"--config {config} doctor`" in done.stdout.splitlines()[-1]
    assert run(config, "check").returncode == 0
    for name, secret in (("access", "c0mmunity"), ("mail", "the mail's word"), ("core-priv", "a priv key of v3")):
        file = config.parent / "secrets" / name
        assert (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777) == (f"{secret}\n", 0o600)
    assert not [secret for secret in SECRETS.values() for text in config.iterdir() if secret in text.read_text()]


@pytest.mark.long
def test_what_is_there_is_replaced_only_when_that_is_said_and_then_kept(answers: Path, tmp_path: Path) -> None:
    config = tmp_path / "office" / "config"
    run(config, "init", "--answers", str(answers))
    (config / "sites.toml").write_text("# of before\n")
    done = run(config, "init", "--answers", str(answers))
    assert done.returncode == 2
    assert "sites.toml" in done.stderr
    assert "Expected --replace" in done.stderr
    assert (config / "sites.toml").read_text() == "# of before\n"
    assert run(config, "init", "--answers", str(answers), "--replace").returncode == 0
    (kept,) = config.glob("sites.toml.before-*")
    assert kept.read_text() == "# of before\n"
    assert run(config, "check").returncode == 0


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("answers.toml", "x = 1\n", "answers.toml:1: x: unknown key"),
        ("list.csv", SITES.replace("127.77.1.3", "127.77.1"), "list.csv:4: address: "),
        ("list.csv", SITES.replace(",core", ",cores"), "list.csv:4: snmp: "),
        ("list.csv", "", "list.csv:1: the heading lacks"),
        ("community", "", "community: its first line is empty"),
        ("answers.toml", ANSWERS.replace('host = "127.0.0.1"', 'host = "a b"'), "mail.host: "),
    ],
)
def test_a_fault_is_named_by_its_place_and_nothing_is_written(
    answers: Path, tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    done = run(tmp_path / "office" / "config", "init", "--answers", str(answers))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "office").exists()


def test_where_nobody_can_be_asked_it_says_what_it_needs(tmp_path: Path) -> None:
    done = run(tmp_path / "config", "init")
    assert (done.returncode, done.stderr) == (2, "nobody can be asked here. Expected --answers FILE\n")


OFFICE = ["en", "উপজেলা কার্যালয়, মিরপুর", "Upazila Office, Mirpur", "", ""]
OFFICERS = ["জনাব ক", "", "", "", "", "ap@mirpur.example", "জনাব খ", "", "প্রোগ্রামার", "Programmer", "", ""]


def test_questions_at_the_terminal_become_an_office_and_a_fault_is_asked_again(answers: Path, tmp_path: Path) -> None:
    config = tmp_path / "office" / "config"
    typed = [*OFFICE, "2026-13-01", "", "", "", "", "", "2026-01-02", "", *OFFICERS, "", "n", "y", "access"]
    typed += ["c0mmunity", "y", "core", "an0ther", "n", "/nowhere", str(tmp_path / "list.csv"), "y", "n", "", "y"]
    code, shown = talk(config, typed)
    assert code == 0, shown
    assert "'2026-13-01' is not as it must be" in shown
    assert "/nowhere: cannot be read" in shown
    assert "c0mmunity" not in shown
    assert "6 files written" not in shown
    assert "7 files written" in shown
    assert run(config, "check").returncode == 0
    assert (config.parent / "secrets" / "core").read_text() == "an0ther\n"


def test_a_terminal_that_goes_away_leaves_nothing(tmp_path: Path) -> None:
    code, shown = talk(tmp_path / "config", [*OFFICE, "\x04"])
    assert code == 1, shown
    assert not (tmp_path / "config").exists()


def test_outlines_of_a_data_package_become_the_offices_map(answers: Path, tmp_path: Path) -> None:
    package, config = tmp_path / "outlines", tmp_path / "office" / "config"
    package.mkdir()
    line = [[88.98, 24.01], [89.0, 24.01], [89.01, 23.98], [88.98, 24.01]]
    outline = {
        "type": "Feature",
        "properties": {"name": "Juniadaha"},
        "geometry": {"type": "Polygon", "coordinates": [line]},
    }
    (package / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [outline]}))
    words = ("init", "--answers", str(answers), "--map-areas", str(package))
    refused = run(config, *words)
    assert refused.returncode == 2
    assert "has no licence. Expected a file LICENCE.txt" in refused.stderr
    assert not config.exists()

    (package / "LICENCE.txt").write_text("CC BY 4.0\nDistrict portal\n")
    done = run(config, *words)
    assert done.returncode == 0, done.stderr
    assert "1 union is drawn on the map, under CC BY 4.0." in done.stdout
    assert "no outline of the union bahirchar" in done.stdout
    areas = load(config).areas
    assert areas is not None
    assert (areas.licence, areas.source, [area.union for area in areas.areas]) == (
        "CC BY 4.0",
        "District portal",
        ["juniadaha"],
    )

    outline["geometry"] = {"type": "Polygon", "coordinates": [line[:2]]}
    (package / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [outline]}))
    broken = run(config, *words, "--replace")
    assert broken.returncode == 2
    assert "areas.json" in broken.stderr
    assert load(config).areas == areas


def test_the_shipped_example_is_written_where_there_is_no_checkout(answers: Path, tmp_path: Path) -> None:
    config = tmp_path / "office" / "config"
    done = run(config, "init", "--example")
    assert (done.returncode, done.stderr) == (0, "")
    assert {file.name: file.read_bytes() for file in config.iterdir()} == {
        file.name: file.read_bytes() for file in SHIPPED.glob("*.toml")
    }
    assert run(config, "init", "--example").returncode == 2, "nothing is overwritten"
    assert run(config, "init", "--example", "--answers", str(answers)).returncode == 2
