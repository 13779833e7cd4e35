"""`probe icmp`, as typed."""

import json
import re
import signal
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from monitor.cli.probe import _json_lines
from monitor.domain.reasons import as_json, text
from monitor.domain.sample import Sample, Verdict
from tests.cli.typed import PROGRAM, Done, do
from tests.lab.waiting import until
from tests.told import words

QUICK = ["--count", "1", "--timeout", "0.5"]


def probe(*words: str) -> Done:
    return do("probe", "icmp", *words)


def test_it_prints_each_target_and_exits_with_0_when_all_answer() -> None:
    done = probe("127.0.0.1", "::1", *QUICK)
    assert done.returncode == 0
    assert "2 of 2 answered" in done.stdout


def test_its_json_has_every_figure_and_the_targets_in_the_order_given() -> None:
    found = json.loads(probe("127.0.0.3", "127.0.0.2", "--json", "--count", "2", "--interval", "0.01").stdout)
    assert [target["target"] for target in found["targets"]] == ["127.0.0.3", "127.0.0.2"]
    first = found["targets"][0]
    assert (first["verdict"], first["sent"], first["received"], first["loss"], first["reason"]) == ("ok", 2, 2, 0, "")
    assert first["rtt_ms"]["min"] <= first["rtt_ms"]["median"] <= first["rtt_ms"]["max"]
    assert len(first["rtts_ms"]) == 2
    assert (found["summary"]["ok"], found["summary"]["echoes_sent"], found["summary"]["replies_accepted"]) == (2, 4, 4)


def test_every_bad_line_of_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("127.0.0.1\n# a comment\n\n999.1.1.1 # no\nexample.org\n224.0.0.1\n")
    done = probe("--file", str(path))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"{path}:4: '999.1.1.1' is not an address. Expected an IPv4 or IPv6 address",
        f"{path}:5: 'example.org' is not an address. Expected an IPv4 or IPv6 address",
        f"{path}:6: 224.0.0.1 is no host. Expected the address of one host",
    ]


@pytest.mark.parametrize(
    "words", [[], ["--file", "/nowhere/at/all"], ["127.0.0.1", "--socket", "x"], ["127.0.0.1", "-c", "0"]]
)
def test_other_bad_input_exits_with_2(words: list[str]) -> None:
    assert probe(*words).returncode == 2


def test_one_address_given_twice_is_probed_twice() -> None:
    found = json.loads(probe("127.0.0.1", "127.0.0.1", "--json", *QUICK).stdout)
    assert [target["verdict"] for target in found["targets"]] == ["ok", "ok"]


def has_icmp_socket(pid: int) -> bool:
    """Whether a process has a ping socket or a raw one, by what the kernel lists."""
    listed = "".join(Path(f"/proc/{pid}/net/{kind}").read_text() for kind in ("icmp", "raw"))
    with suppress(OSError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            found = re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink()))
            if found and f" {found[1]} " in listed:
                return True
    return False


def test_an_interrupted_probe_prints_what_it_has_and_exits_with_130() -> None:
    words = [PROGRAM, "probe", "icmp", "127.0.0.1", "--count", "1000", "--interval", "0.05", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        until(lambda: has_icmp_socket(running.pid), "its socket", 30)
        with pytest.raises(subprocess.TimeoutExpired):
            running.communicate(timeout=1)  # some twenty echoes, and it would go on for long
        running.send_signal(signal.SIGINT)
        output, errors = running.communicate(timeout=10)
    assert running.returncode == 130
    assert "Traceback" not in errors
    (target,) = json.loads(output)["targets"]
    assert 0 < target["received"] < 1_000


@given(
    some.lists(
        some.builds(
            Sample,
            some.text(max_size=20),
            some.just("icmp"),
            some.just(datetime(2026, 11, 26, tzinfo=UTC)),
            some.just(0),
            some.sampled_from(Verdict),
            some.integers(0, 100),
            some.integers(0, 100),
            some.lists(some.integers(0, 10**11), max_size=4).map(tuple),
            some.text(max_size=20).map(text),
        ),
        max_size=5,
    )
)
def test_lines_of_json_are_what_a_general_encoder_would_write(samples: list[Sample]) -> None:
    def facts(sample: Sample) -> dict[str, object]:
        rtts = sorted(rtt / 1e6 for rtt in sample.rtts_ns)
        return {
            "target": sample.device,
            "verdict": str(sample.verdict),
            "sent": sample.sent,
            "received": sample.received,
            "loss": round(sample.loss, 6),
            "rtt_ms": {"min": rtts[0], "median": rtts[len(rtts) // 2], "max": rtts[-1]} if rtts else None,
            "rtts_ms": [rtt / 1e6 for rtt in sample.rtts_ns],
            "reason": words(sample.reason),
            "reason_code": as_json(sample.reason),
        }

    assert "[" + "".join(_json_lines(samples)).replace(",\n", ", ").rstrip() + "]" == json.dumps(
        [facts(sample) for sample in samples]
    )
