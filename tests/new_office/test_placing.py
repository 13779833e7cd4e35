"""A new configuration in its place: checked before, closed where it is secret, and nothing of before is lost."""

from pathlib import Path, PurePosixPath

import pytest

from monitor.new_office.folder import shipped
from monitor.new_office.placing import check, in_the_way, place
from monitor.settings.problems import ConfigError

SECRETS = {PurePosixPath("secrets/access"): "c0mmunity"}


def test_the_shipped_files_pass_and_a_fault_is_named_by_its_files_own_name() -> None:
    check(shipped(), None)
    spoilt = {**shipped(), "sites.toml": "[sites.a]\n"}
    with pytest.raises(ConfigError) as refused:
        check(spoilt, None)
    assert str(refused.value).startswith("sites.toml:1: sites.a.")
    with pytest.raises(ConfigError, match=r"areas\.json"):
        check(shipped(), b"{}")


def test_files_are_written_and_secrets_are_their_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "office" / "config"
    assert place(folder, shipped(), None, SECRETS, "before") == []
    secret = tmp_path / "office" / "secrets" / "access"
    assert secret.read_text(encoding="utf-8") == "c0mmunity\n"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert secret.parent.stat().st_mode & 0o777 == 0o700
    assert (folder / "charter.toml").read_text(encoding="utf-8") == shipped()["charter.toml"]


def test_what_was_there_stays_beside_what_replaces_it(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    place(folder, {**shipped(), "sites.toml": "# of before\n"}, None, SECRETS, "first")
    assert folder / "sites.toml" in in_the_way(folder, SECRETS)
    assert tmp_path / "secrets" / "access" in in_the_way(folder, SECRETS)
    kept = place(folder, shipped(), None, {PurePosixPath("secrets/access"): "new"}, "before-x")
    assert folder / "sites.toml.before-x" in kept
    assert (folder / "sites.toml.before-x").read_text(encoding="utf-8") == "# of before\n"
    aside = tmp_path / "secrets" / "access.before-x"
    assert aside.read_text(encoding="utf-8") == "c0mmunity\n"
    assert aside.stat().st_mode & 0o777 == 0o600


def test_a_secret_that_is_kept_aside_is_its_owners_alone_from_the_first_byte_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, begun = tmp_path / "config", []
    place(folder, shipped(), None, SECRETS, "first")

    def copied(_: Path, kept: Path) -> None:
        begun.append(kept.stat().st_mode & 0o077)

    monkeypatch.setattr("shutil.copy2", copied)
    place(folder, shipped(), None, SECRETS, "second")
    assert set(begun) == {0}
