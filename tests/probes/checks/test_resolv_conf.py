"""Which name servers this machine asks, read as the C library reads it."""

import os
from pathlib import Path

import pytest

from monitor.probes.checks.resolv_conf import ResolvConf, parsed, read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ResolvConf(("127.0.0.1",), 5, 2)),
        ("nameserver 127.0.0.3\nnameserver 127.0.0.4 # second\n", ResolvConf(("127.0.0.3", "127.0.0.4"), 5, 2)),
        ("  nameserver\t127.0.0.3\r\n", ResolvConf(("127.0.0.3",), 5, 2)),
        ("nameserver ::1\nnameserver fe80::1%lo\n", ResolvConf(("::1", "fe80::1%lo"), 5, 2)),
        ("#nameserver 127.0.0.3\n;nameserver 127.0.0.3\nnameserver nobody\nnameserver 1.2\n", ResolvConf()),
        ("nameserver 127.0.0.3\noptions rotate timeout:1 attempts:4\n", ResolvConf(("127.0.0.3",), 1, 4)),
        ("options timeout:0 attempts:0\n", ResolvConf(("127.0.0.1",), 1, 1)),
        ("options timeout:999 attempts:99\n", ResolvConf(("127.0.0.1",), 30, 5)),
        ("".join(f"nameserver 127.0.0.{number}\n" for number in range(1, 9)),
         ResolvConf(("127.0.0.1", "127.0.0.2", "127.0.0.3"), 5, 2)),
        ("\ufeff\u0000 নাম\n", ResolvConf()),
    ],
)  # fmt: skip
def test_it_is_read_as_the_c_library_reads_it(text: str, expected: ResolvConf) -> None:
    assert parsed(text) == expected


def test_a_machine_without_it_asks_itself(tmp_path: Path) -> None:
    assert read(tmp_path / "nowhere") == ResolvConf(("127.0.0.1",), 5, 2)


@pytest.mark.timeout(10)
def test_a_pipe_in_its_place_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "resolv.conf")
    assert read(tmp_path / "resolv.conf") == ResolvConf()
    assert read(Path("/dev/zero")) == ResolvConf()
