"""Where a secret is looked for, and that it does not show."""

from pathlib import Path

import pytest

from monitor.settings.secrets import Secret, is_open_to_others, read_secret, secret_path


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
