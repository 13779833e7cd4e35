"""The configuration is read in another process, and comes back as if it had been read here."""

import asyncio
import os
import shutil
from functools import cached_property
from pathlib import Path

import pytest

from monitor.configuration import load, load_installation
from monitor.runtime import subprocess_load
from monitor.runtime.subprocess_load import Known, Loaded, load_again, load_at_start, load_in_subprocess
from monitor.settings.fleet import Fleet
from monitor.settings.installation import Installation
from monitor.settings.problems import ConfigError
from tests.places import SHIPPED


async def test_settings_come_back_as_they_were_read() -> None:
    sources: dict[str, bytes] = {}
    assert await load_in_subprocess(SHIPPED) == (load_installation(SHIPPED, sources), sources)


def test_the_start_reads_large_files_apart_and_gets_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    sources: dict[str, bytes] = {}
    installation = load_installation(SHIPPED, sources)
    apart: dict[str, bytes] = {}
    with monkeypatch.context() as large:
        large.setattr(subprocess_load, "LARGE_BYTES", 1)
        assert (load_at_start(SHIPPED, apart), apart) == (installation, sources)
    monkeypatch.setattr("sys.executable", "/bin/false")
    here: dict[str, bytes] = {}
    assert (load_at_start(SHIPPED, here), here) == (installation, sources)
    monkeypatch.setattr(subprocess_load, "LARGE_BYTES", 1)
    with pytest.raises(ConfigError, match="ended with exit code 1"):
        load_at_start(SHIPPED, {})


async def test_what_has_not_changed_is_the_same_object_after_a_reading_and_nothing_is_left_to_be_found_out(
    tmp_path: Path,
) -> None:
    config = Path(shutil.copytree(SHIPPED, tmp_path / "config"))
    before = load_installation(config)
    text = (config / "sites.toml").read_text(encoding="utf-8")
    begins, key, ends = text.rpartition('\nname_en = "')
    (config / "sites.toml").write_text(f"{begins}{key}New {ends}", encoding="utf-8")

    reading = await load_again(config, before, Known())

    known, fleet = before.host.fleet, reading.installation.host.fleet
    assert fleet == load_installation(config).host.fleet
    other = [id_ for id_, site in fleet.sites.items() if site is not known.sites[id_]]
    assert [fleet.sites[id_].name_en for id_ in other] == [f"New {known.sites[id_].name_en}" for id_ in other]
    assert len(other) == 1
    found_out = {name for name, what in vars(Fleet).items() if isinstance(what, cached_property)}
    assert found_out <= vars(fleet).keys()


async def test_what_was_read_once_does_not_come_over_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    came, loaded = list[int](), subprocess_load._loaded

    def noted(directory: Path, code: int | None, said: bytes) -> Loaded:
        told = loaded(directory, code, said)
        assert isinstance(told.found, Installation)
        came.append(len(told.found.host.fleet.sites))
        return told

    monkeypatch.setattr(subprocess_load, "_loaded", noted)
    config = Path(shutil.copytree(SHIPPED, tmp_path / "config"))
    before = load_installation(config)
    first = await load_again(config, before, Known())
    text = (config / "sites.toml").read_text(encoding="utf-8")
    begins, key, ends = text.rpartition('\nname_en = "')
    (config / "sites.toml").write_text(f"{begins}{key}New {ends}", encoding="utf-8")

    second = await load_again(config, first.installation, Known({}, first.sites))
    third = await load_again(config, second.installation, Known({}, second.sites))

    assert came == [len(before.host.fleet.sites), 1, 0]
    assert second.installation == third.installation == load_installation(config)
    assert all(site is second.sites.sites[id_] for id_, site in third.installation.host.fleet.sites.items())


async def test_all_faults_come_back(tmp_path: Path) -> None:
    config = Path(shutil.copytree(SHIPPED, tmp_path / "config"))
    for name in ("sites.toml", "monitor.toml"):
        (config / name).write_text("[sites.one]\nwrong = 1\n", encoding="utf-8")
    with pytest.raises(ConfigError) as here:
        load(config)
    with pytest.raises(ConfigError) as aside:
        await load_in_subprocess(config)
    assert aside.value.problems == here.value.problems


async def test_a_process_that_dies_is_a_fault_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(ConfigError, match="ended with exit code 1"):
        await load_in_subprocess(tmp_path)


async def test_who_stops_waiting_leaves_no_process_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started, begin = [], asyncio.create_subprocess_exec

    async def remember(*words: str, stdin: int, stdout: int) -> asyncio.subprocess.Process:
        started.append(await begin("sleep", "60", stdin=stdin, stdout=stdout))
        return started[0]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", remember)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(load_in_subprocess(tmp_path), 0.2)
    assert await started[0].wait() < 0


async def test_a_pipe_in_the_place_of_a_file_is_told_and_the_next_reading_works(tmp_path: Path) -> None:
    config = Path(shutil.copytree(SHIPPED, tmp_path / "config"))
    kept = (config / "sites.toml").rename(tmp_path / "kept")
    os.mkfifo(config / "sites.toml")
    with pytest.raises(ConfigError, match="is no plain file"):
        await asyncio.wait_for(load_in_subprocess(config), 60)
    (config / "sites.toml").unlink()
    kept.rename(config / "sites.toml")
    assert (await load_in_subprocess(config))[0] == load_installation(config)
