"""What the wheel and the Debian package hold. The locked packages are left out: those only a network brings."""

import hashlib
import io
import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
import zstandard

from package.build import SUMS, build
from package.source import EPOCH
from tests.places import ROOT

MADE_FROM = re.compile(r"\.(po|pot)$")  # catalogues go in compiled
HOME = "./opt/upazila-monitor/"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(EPOCH, "1700000000")
        build(folder, whole=False)
    return folder


@pytest.fixture(scope="module")
def wheel(made: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(next(made.glob("*.whl")))


@pytest.fixture(scope="module")
def parts(made: Path) -> dict[str, tarfile.TarFile]:
    """The two archives in the package: ``control``, what dpkg itself reads, and ``data``, what it lays down."""
    # An ar archive: a magic line, then headers of 60 bytes, each with the length of what follows in bytes 48 to 57.
    content, place, found = next(made.glob("*.deb")).read_bytes(), 8, {}
    while place < len(content):
        name, size = content[place : place + 16].decode().strip(" /"), int(content[place + 48 : place + 58])
        if name.startswith(("control.tar", "data.tar")):
            packed = content[place + 60 : place + 60 + size]
            if name.endswith(".zst"):
                packed = zstandard.ZstdDecompressor().stream_reader(packed).readall()
            found[name.partition(".")[0]] = tarfile.open(fileobj=io.BytesIO(packed))  # noqa: SIM115 - stays in memory
        place += 60 + size + size % 2
    return found


def test_every_file_of_the_program_is_in_the_wheel_and_its_catalogue_is_compiled(wheel: zipfile.ZipFile) -> None:
    listed = subprocess.run(["git", "ls-files", "monitor"], cwd=ROOT, check=True, capture_output=True, text=True)
    needed = {name for name in listed.stdout.splitlines() if not MADE_FROM.search(name)}

    missing = needed - set(wheel.namelist())
    assert missing == set()
    assert "monitor/i18n/locale/bn/LC_MESSAGES/monitor.mo" in wheel.namelist()


def test_the_wheel_brings_the_example_and_nothing_of_the_tests(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()

    assert {Path(name).name for name in names if "/new_office/base/" in name} == {
        file.name for file in (ROOT / "config").glob("*.toml")
    }
    assert [name for name in names if name.startswith(("tests/", "docs/", "package/", "benchmarks/"))] == []


def test_nothing_names_a_folder_of_the_machine_that_made_it(
    wheel: zipfile.ZipFile, parts: dict[str, tarfile.TarFile]
) -> None:
    here = [str(ROOT).encode(), b"/tmp/upazila-monitor-"]
    texts = {name: wheel.read(name) for name in wheel.namelist()}
    for archive in parts.values():
        for member in archive.getmembers():
            if (file := archive.extractfile(member) if member.isfile() else None) is not None:
                texts[member.name] = file.read()

    assert [name for name, text in texts.items() if any(each in text for each in here)] == []


def test_the_package_lays_down_the_program_its_unit_and_no_configuration(parts: dict[str, tarfile.TarFile]) -> None:
    laid = {member.name: member for member in parts["data"].getmembers()}

    for name in (
        "./usr/bin/upazila-monitor",
        "./usr/lib/systemd/system/upazila-monitor.service",
        "./usr/lib/sysusers.d/upazila-monitor.conf",
        "./usr/lib/tmpfiles.d/upazila-monitor.conf",
        "./usr/lib/sysctl.d/60-upazila-monitor.conf",
        "./usr/share/bash-completion/completions/upazila-monitor",
        "./usr/share/fish/vendor_completions.d/upazila-monitor.fish",
        "./usr/share/zsh/vendor-completions/_upazila-monitor",
        "./usr/share/upazila-monitor/config/holidays.toml",
        "./usr/share/doc/upazila-monitor/copyright",
        f"{HOME}docs/install-systemd.md",
        f"{HOME}docs/bn/runbook.md",
        f"{HOME}.venv/bin/upazila-monitor",
    ):
        assert name in laid
    # What an office edits is put there once, by a script that asks before it changes anything.
    assert [name for name in laid if name.startswith(("./etc", "./var"))] == []
    assert "conffiles" not in {member.name.removeprefix("./") for member in parts["control"].getmembers()}
    assert laid[f"{HOME}.venv/bin/python"].linkname.startswith("/usr/bin/python3.")
    assert {(member.uid, member.gid) for member in laid.values()} == {(0, 0)}
    assert {oct(member.mode) for member in laid.values() if member.isfile()} == {"0o644", "0o755"}
    assert [name for name in laid if name.endswith((".pyc", "direct_url.json"))] == []


def test_the_example_of_the_package_keeps_its_state_where_the_unit_may_write(
    parts: dict[str, tarfile.TarFile],
) -> None:
    file = parts["data"].extractfile("./usr/share/upazila-monitor/config/monitor.toml")
    assert file is not None
    assert 'directory = "/var/lib/upazila-monitor"' in file.read().decode()


def test_the_maintainer_scripts_are_what_a_shell_understands() -> None:
    for name in ("preinst", "postinst", "prerm", "postrm", "upazila-monitor"):
        subprocess.run(["sh", "-n", str(ROOT / "package/debian" / name)], check=True)


def test_whoever_installs_is_told_of_doctor() -> None:
    assert "upazila-monitor doctor" in (ROOT / "package/debian/postinst").read_text(encoding="utf-8")


def test_the_checksums_are_those_of_the_files(made: Path) -> None:
    lines = (made / SUMS).read_text().splitlines()

    assert {line.partition("  ")[2] for line in lines} == {file.name for file in made.iterdir()} - {SUMS}
    for line in lines:
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((made / name).read_bytes()).hexdigest() == digest


def test_the_same_source_makes_the_same_packages(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EPOCH, "1700000000")

    build(tmp_path, whole=False)

    assert (tmp_path / SUMS).read_text() == (made / SUMS).read_text()
