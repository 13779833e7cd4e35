"""A quick look at each trial, and that a trial finds what it is to find."""

import random
import socket
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor.configuration import load
from monitor.probes.snmp.rejections import Rejections
from monitor.settings import toml
from monitor.settings.load import Settings
from monitor.settings.problems import ConfigError
from tests.lab.agents import HOST
from tests.torture import __main__, forgeries, fuzzing, page, soaking
from tests.torture.trial import Found, Steps, Trial
from tests.torture.trials import TRIALS, UNSYNCED

QUICK = {"power": 30, "torn-tails": 20, "flipped-bits": 8, "clocks": 20, "ladder": 20, "flapping": 12} | {
    "forged-v2c": 1_500,
    "forged-v3": 1_500,
    "configurations": 15,
    "requests": 60,
}
IN_THE_LAB = {
    "sticky-firewall": 2,
    "kills": 20,
    "disk-full": 30,
    "forged-icmp": 20_000,
    "reloads": 60,
    "small-churn": 2,
}
ELSEWHERE = {"churn", "named-kills", "dead-router", "datagrams"}
"""Of these the tests of their own rooms do as much, or a smaller one of the same."""
POWER = Trial("power", "cuts", 10_000, lambda *_: (each for each in [Found()]))


def test_each_trial_has_a_quick_look() -> None:
    assert QUICK.keys() | IN_THE_LAB.keys() | ELSEWHERE == TRIALS.keys()


@pytest.mark.parametrize(("name", "count"), QUICK.items(), ids=QUICK.keys())
def test_a_quick_look_finds_nothing_wrong(name: str, count: int) -> None:
    found = TRIALS[name].whole(count, 7)
    assert found.is_good, found


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("name", "count"), IN_THE_LAB.items(), ids=IN_THE_LAB.keys())
def test_a_look_in_the_lab_finds_nothing_wrong(name: str, count: int) -> None:
    found = TRIALS[name].whole(count, 7)
    assert found.is_good, found


def test_a_database_that_does_not_sync_is_found_to_lose_what_it_acknowledged() -> None:
    assert UNSYNCED.whole(20, 7).lost > 0


def test_answers_of_others_that_are_believed_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rejections, "is_foreign", lambda *_: False)
    assert TRIALS["forged-v2c"].whole(600, 7).undetected > 0


def test_who_stands_before_an_agent_that_was_late_once_passes_on_the_answers_to_what_is_asked() -> None:
    honest = threading.Event()
    honest.set()

    def answers(agent: socket.socket) -> None:
        for number in range(2):
            question, asker = agent.recvfrom(100)
            if number == 0:
                time.sleep(forgeries.LATE_S * 1.5)
            agent.sendto(question, asker)

    with socket.socket(type=socket.SOCK_DGRAM) as agent, socket.socket(type=socket.SOCK_DGRAM) as asker:
        agent.bind((HOST, 0))
        thread = threading.Thread(target=answers, args=[agent])
        thread.start()
        with forgeries.between(agent.getsockname()[1], lambda *_: (b"", False), honest, 7) as port:
            asker.connect((HOST, port))
            asker.settimeout(10)
            asker.send(b"first")
            asker.send(b"second")
            assert asker.recv(100) == b"second"
        thread.join()


def test_what_is_to_be_spoilt_is_right_before(tmp_path: Path) -> None:
    fuzzing.bare_copy(tmp_path / "config")
    assert load(tmp_path / "config").fleet.sites


def test_a_configuration_that_breaks_the_program_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    is_sound = True  # the first time

    def breaks(office: Path) -> None:
        nonlocal is_sound
        if is_sound:
            is_sound = False
            return
        raise KeyError("sites")

    monkeypatch.setattr(fuzzing, "load", breaks)
    assert fuzzing.some_configurations(3, 7).undetected == 3


def outcome(office: Path) -> object:
    """What becomes of a folder: its settings, or what is wrong."""
    try:
        return load(office)
    except ConfigError as refused:
        return [str(problem) for problem in refused.problems]


def test_a_spoilt_file_beside_sound_ones_that_are_read_once_comes_out_as_if_all_were_read_again(
    tmp_path: Path,
) -> None:
    contents, chance = fuzzing.bare_copy(office := tmp_path / "config"), random.Random(7)
    for _ in range(60):
        file = chance.choice(list(contents))
        file.write_bytes(fuzzing.spoilt(contents[file], chance))
        plainly = outcome(office)
        is_spoilt = file.read_bytes()
        file.write_bytes(contents[file])
        with fuzzing.sound_files_are_read_once(office):
            file.write_bytes(is_spoilt)
            assert outcome(office) == plainly
            file.write_bytes(contents[file])
            assert outcome(office) == outcome(office)
    assert isinstance(outcome(office), Settings)


def test_what_is_spoilt_is_parsed_and_validated_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents, parsed = fuzzing.bare_copy(office := tmp_path / "config"), list[str]()

    def counted(source: bytes, name: str) -> toml.Document:
        parsed.append(Path(name).name)
        return plain(source, name)

    plain = toml.parse
    monkeypatch.setattr(toml, "parse", counted)
    with fuzzing.sound_files_are_read_once(office):
        assert sorted(parsed) == sorted(file.name for file in contents)
        parsed.clear()
        sites = office / "sites.toml"
        sites.write_bytes(contents[sites] + b"[unions.sadar]\nname_bn = 3\n")
        for _ in range(2):
            assert "name_bn: found 3" in str(outcome(office))
        assert {*parsed} == {"sites.toml"}
        assert len(parsed) >= 2


def test_rows_are_kept_in_the_page_each_in_the_place_of_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, text = tmp_path / "kept.json", tmp_path / "page.md"
    monkeypatch.setattr(page, "KEPT", file)
    text.write_text(f"# Words\n\n{page.BEGIN}{page.END}More words.\n", encoding="utf-8")
    for done in (10, 20):
        page.keep([page.Row.of(POWER, Found(done=done), date(2026, 11, 27), 3.0)], text, file)
    said = text.read_text(encoding="utf-8")
    assert "| cuts (`power`) | 20 | 10,000 | 0 | 0 | 0 |  | 2026-11-27 |" in said
    assert said.count("`power`") == 1
    assert said.endswith("More words.\n")


def part(done: int, **others: Any) -> page.Row:
    """A row that is a part of ten thousand power cuts, done on the 20th."""
    row = page.Row.of(POWER, Found(done=done, counts=Counter({"as before it": done})), date(2026, 11, 20), 10.0)
    return replace(row, **others)


def test_a_part_is_gone_on_with_until_the_figure_is_whole() -> None:
    asked = list[tuple[int, int]]()

    def counts(count: int, seed: int) -> Steps:
        asked.append((count, seed))
        yield Found(done=count, lost=1, counts=Counter({"as before it": count}))

    trial = replace(POWER, run=counts)
    found, row = __main__.tried(trial, 1.0, 7, threading.Event(), is_kept=False, before=part(4_000))
    assert asked == [(6_000, 4_007)], "the rest, with other chances"
    assert (found.done, row.done, row.lost, row.sittings, row.since) == (6_000, 10_000, 1, 2, "2026-11-20")
    assert row.besides == "as before it: 10,000"
    assert page.table([row]).endswith(f"| 2026-11-20 to {row.on}, 2 sittings |\n")


@pytest.mark.parametrize(
    ("before", "trial", "day", "expected"),
    [
        (part(4_000), POWER, date(2026, 11, 27), True),
        (part(4_000), POWER, date(2026, 11, 28), False),  # the program has become another
        (part(10_000), POWER, date(2026, 11, 20), False),  # it is whole: a new one begins
        (part(4_000, full=5_000), POWER, date(2026, 11, 20), False),
        (part(4_000), replace(POWER, in_one_sitting=True), date(2026, 11, 20), False),
    ],
    ids=["a part", "an old part", "a whole one", "a part of another figure", "an hour of one process"],
)
def test_only_a_part_of_the_same_figure_and_of_these_days_is_gone_on_with(
    before: page.Row, trial: Trial, day: date, expected: bool
) -> None:
    assert before.can_go_on(trial, day) == expected


def test_what_is_kept_is_read_again_to_go_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, text = tmp_path / "kept.json", tmp_path / "page.md"
    monkeypatch.setattr(page, "KEPT", file)
    text.write_text(f"{page.BEGIN}{page.END}", encoding="utf-8")
    assert __main__.part_of(POWER, date(2026, 11, 21)) is None
    page.keep([part(4_000)], text, file)
    assert __main__.part_of(POWER, date(2026, 11, 21)) == part(4_000)


def test_a_trial_that_is_cut_off_keeps_what_it_had_done(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, kept, is_over = threading.Event(), list[page.Row](), list[bool]()

    def counts(count: int, _seed: int) -> Steps:
        found = Found()
        try:
            for found.done in range(1, count + 1):
                if found.done == 3:
                    stop.set()
                yield found
        finally:
            is_over.append(True)

    monkeypatch.setattr(__main__, "keep", kept.extend)
    found, row = __main__.tried(Trial("power", "cuts", 100, counts), 1.0, 7, stop, is_kept=True)
    assert found.done == row.done == 3
    assert kept == [row]
    assert is_over == [True], "what it had begun is taken down"


def test_a_trial_that_breaks_is_not_good_and_keeps_what_it_had_done(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = list[page.Row]()

    def breaks(_count: int, _seed: int) -> Steps:
        yield Found(done=5)
        raise AssertionError("the outage on record: not within 60 s")

    monkeypatch.setattr(__main__, "keep", kept.extend)
    found, _ = __main__.tried(Trial("kills", "kills", 100, breaks), 1.0, 7, threading.Event(), is_kept=True)
    assert (found.is_good, found.lost, [row.done for row in kept]) == (False, 1, [5])


def test_what_a_long_trial_has_found_is_kept_every_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = list[page.Row]()
    monkeypatch.setattr(__main__, "keep", kept.extend)
    monkeypatch.setattr(__main__, "KEEP_EVERY_S", 0.0)
    trial = Trial("power", "cuts", 2, lambda *_: (Found(done=done) for done in (1, 2)))
    __main__.tried(trial, 1.0, 7, threading.Event(), is_kept=True)
    assert [row.done for row in kept] == [1, 2, 2]


def test_a_trial_that_did_nothing_is_not_good() -> None:
    assert not Found().is_good
    assert Found(done=1).is_good
    assert not Found(done=1, doubled=1).is_good


@pytest.mark.parametrize(
    ("lasted_s", "settled"), [(3_600, 250), (2_400, 250), (1_800, 333)], ids=["an hour", "cut off", "half an hour"]
)
def test_what_grows_after_a_quarter_of_an_hour_of_churn_is_found(lasted_s: float, settled: int) -> None:
    first, usual = soaking.Size(100.0, 1.0, 20.0, 10.0), soaking.Size(160.0, 1.0, 20.0, 10.0)
    for megabytes, undetected in ((160.0, 0), (163.0, 0), (164.0, 1)):
        found, last = Found(), replace(usual, memory=megabytes)
        sizes = [first] * settled + [usual] * (850 - settled) + [last] * 150  # the first: what is made at first use
        soaking.is_flat(sizes, lasted_s, found)
        assert found.undetected == undetected


def test_what_grows_in_the_first_minutes_of_churn_is_no_fault() -> None:
    found = Found()
    soaking.is_flat([soaking.Size(float(n), 1.0, 20.0, 10.0) for n in range(100, 1_700)], 1_700, found)
    assert found.counts["memory (MiB) at the end"] > found.counts["memory (MiB) after a quarter"]
    assert found.undetected == 0
