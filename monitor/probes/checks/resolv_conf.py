"""Read which name servers this machine uses, as its C library does."""

import re
from dataclasses import dataclass
from pathlib import Path

from monitor.plain_file import PlainFileError, read_bounded
from monitor.settings.hosts import is_address

FILE = Path("/etc/resolv.conf")
MOST_SERVERS = 3  # resolv.conf(5): MAXNS
MOST_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class ResolvConf:
    """The resolver's configuration. ``timeout_s``: per server and try; ``attempts``: tries per server.

    Source: resolv.conf(5).
    """

    servers: tuple[str, ...] = ("127.0.0.1",)
    timeout_s: float = 5.0
    attempts: int = 2


def read(file: Path = FILE) -> ResolvConf:
    """Read /etc/resolv.conf; without it, the machine itself is the server."""
    try:
        return parsed(read_bounded(file, MOST_BYTES).decode("utf-8", "replace"))
    except PlainFileError:
        return ResolvConf()


def parsed(text: str) -> ResolvConf:
    """Parse the file's text; what cannot be understood is ignored, as by the C library."""
    servers: list[str] = []
    options: dict[str, int] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver" and is_address(words[1]):
            servers.append(words[1])
        elif words and words[0] == "options":
            options |= {key: int(value) for key, value in re.findall(r"(timeout|attempts):(\d{1,3})\b", line)}
    timeout_s, attempts = options.get("timeout", 5), options.get("attempts", 2)
    return ResolvConf(
        tuple(servers[:MOST_SERVERS]) or ResolvConf().servers, min(max(timeout_s, 1), 30), min(max(attempts, 1), 5)
    )
