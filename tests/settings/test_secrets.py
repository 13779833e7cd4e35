"""Where a secret is looked for, and that it does not show."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from monitor.settings.secrets import (
    MOST_CHARACTERS,
    Secret,
    SecretError,
    closed_mode,
    is_open_to_others,
    read_secret,
    secret_path,
)


def test_a_credential_of_the_service_comes_before_a_file_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, home = tmp_path / "given", tmp_path / "home"
    for folder in (given, home):
        folder.mkdir()
        (folder / "access").write_text(f"from {folder.name}\n", encoding="utf-8")
    (given / "access").chmod(0o440)  # as systemd's look, whose access list the mode does not show

    assert secret_path(home, Path("access")) == home / "access"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    assert read_secret(secret_path(home, Path("access"))) == Secret("from given")
    assert not is_open_to_others(given / "access")
    assert secret_path(home, Path("other")) == home / "other"
    assert secret_path(home, Path("../access")) == home / "../access"


def test_a_secret_does_not_show() -> None:
    assert "canary" not in f"{Secret('canary')!r} {Secret('canary')} {[Secret('canary')]}"


@pytest.mark.parametrize("written", [b"canary", b"canary\r\nmore", b"\xef\xbb\xbfcanary\n", b"canary\rmore"])
def test_a_secret_is_the_first_line_however_an_editor_wrote_it(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "secret").write_bytes(written)
    assert read_secret(tmp_path / "secret") == Secret("canary")


NO_SECRETS = {
    "": "is empty",
    "\ncanary": "is empty",
    "canary ": "blanks around it",
    "\tcanary": "blanks around it",
    "can\0ary": "invisible characters",
    "c" * (MOST_CHARACTERS + 1): "is too long",
}


@pytest.mark.parametrize(("written", "complaint"), NO_SECRETS.items(), ids=lambda text: repr(text)[:20])
def test_what_would_be_sent_and_is_not_meant_is_refused(tmp_path: Path, written: str, complaint: str) -> None:
    (tmp_path / "secret").write_text(written, encoding="utf-8")
    with pytest.raises(SecretError, match=complaint) as caught:
        read_secret(tmp_path / "secret")
    assert "canary" not in str(caught.value)


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # to read from it would wait for somebody who writes
    (tmp_path / "loop").symlink_to("loop")
    for name in ("pipe", "loop", "nothing", ".", "a\0b", "x" * 5_000):
        with pytest.raises(SecretError, match=r"snmp\.v2c\.core\.community_file: .*Expected"):
            read_secret(tmp_path / name, "snmp.v2c.core.community_file")
    with pytest.raises(SecretError, match="is no plain file"):
        read_secret(Path("/dev/zero"))


def test_what_root_has_given_to_a_service_s_own_group_is_not_open_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docs/install-systemd.md has it: root:upazila-monitor 0640."""
    file = tmp_path / "password"
    file.write_text("secret\n")
    gid, uid = file.stat().st_gid, file.stat().st_uid
    members: list[str] = []
    users = [SimpleNamespace(pw_name="upazila-monitor", pw_uid=uid + 1, pw_gid=gid)]
    monkeypatch.setattr("monitor.settings.secrets.grp.getgrgid", lambda _: SimpleNamespace(gr_mem=members))
    monkeypatch.setattr("monitor.settings.secrets.pwd.getpwall", lambda: users)

    file.chmod(0o640)
    assert not is_open_to_others(file)
    file.chmod(0o644)
    assert is_open_to_others(file)
    assert closed_mode(file) == "640"

    # Somebody else is in the group, or has it as their own.
    file.chmod(0o640)
    members.append("karim")
    assert is_open_to_others(file)
    members.clear()
    users.append(SimpleNamespace(pw_name="rahim", pw_uid=uid + 2, pw_gid=gid))
    assert is_open_to_others(file)
    assert closed_mode(file) == "600"
