"""Store the configuration that a daemon accepted, and the result of the last reading, in the state folder.

Commands use it while the files on disk are half edited; `reload` reads the daemon's result from it. The file is
replaced as a whole, has mode 0600, and holds no secret: URLs that carry one are cut before they are written, and
comments, in which people keep what was in force before, are left out.
"""

import hashlib
import re
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.domain.hiding import bare_url
from monitor.domain.message import message
from monitor.plain_file import PlainFileError, read_bounded
from monitor.settings.installation import Installation, load
from monitor.settings.of_kind import Kinds
from monitor.settings.problems import ConfigError
from monitor.settings.toml import without_comments
from monitor.state_file import read_state, write_state

FILE = "in-force.json"
SOCKET = "daemon.sock"  # beside it: by which commands ask the daemon
FORMAT = 1
DEFAULT_STATE = "var"
MOST_BYTES = 64 * 1024 * 1024
DATABASE_URL = ("storage", "url")  # no password may stand in it, and user and parameters are needed to connect
_SECRET_IN_A_URL = re.compile(r"""://[^"']*[@?#]""")


@dataclass(frozen=True, slots=True)
class InForce:
    """The configuration in force of a daemon.

    ``files``: name → text of each accepted file. ``instance``: random, for each run. ``started``: the start of its
    process, in the kernel's ticks. ``asked_mono_ns``: when the last reading began (CLOCK_MONOTONIC). ``refused``: the
    faults of that reading, if any. ``page``: ADDRESS:PORT of its page, or in ``page_trouble`` why there is none.
    """

    directory: str
    files: Mapping[str, str]
    instance: str
    pid: int
    started: str
    asked_mono_ns: int
    refused: Sequence[str] = ()
    page: str = ""
    page_trouble: str = ""

    @property
    def lives(self) -> bool:
        """Return whether the process that wrote it still runs."""
        return bool(self.started) and started_of(self.pid) == self.started


@dataclass(frozen=True, slots=True)
class ConfigVerdict:
    """The result of the last readings: when one was last accepted, and where a later one was wrong ('' if none was).

    ``watches``: the digest of what is in force, as of `watched`.
    """

    accepted_utc: datetime
    refused: str = ""
    watches: str = ""


def contents(sources: Mapping[str, bytes]) -> dict[str, str]:
    """Return a digest of each file that says something of sites and offices.

    What monitor.toml says may be another on each machine: its names, paths and addresses.
    """
    said = {name: text for name, text in sources.items() if Path(name).name != "monitor.toml"}
    return {name: hashlib.sha256(text.replace(b"\r\n", b"\n")).hexdigest() for name, text in said.items()}


def watched(contents: Mapping[str, str]) -> str:
    """Return one digest of all `contents`, by which daemons compare theirs; empty without files."""
    lines = "".join(f"{name} {contents[name]}\n" for name in sorted(contents))
    return hashlib.sha256(lines.encode()).hexdigest() if lines else ""


def started_of(pid: int) -> str:
    """Return when a process began, in the kernel's ticks since the boot; '' when it does not run."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]


def write(state: Path, found: InForce) -> None:
    """Replace the file in ``state``; raises OSError."""
    write_state(state / FILE, {"format": FORMAT, **asdict(found)}, mode=0o600)


def read(state: Path) -> InForce | None:
    """Return the last daemon's configuration in ``state``; None where there was none, or it is not ours to read."""
    return read_state(state / FILE, MOST_BYTES, _in_force)


def _in_force(entry: Any) -> InForce | None:
    if entry.pop("format") != FORMAT:
        return None
    return InForce(**{**entry, "refused": tuple(entry["refused"])})


def installation_of(found: InForce, directory: Path, kinds: Kinds) -> Installation | None:
    """Return the installation of its files; None when they are of another folder, or this version refuses them."""
    if found.directory != str(directory.absolute()):
        return None
    with tempfile.TemporaryDirectory(prefix="upazila-") as folder:
        for name, text in found.files.items():
            path = Path(folder, *(part for part in Path(name).parts if part not in {"/", ".."}))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        try:
            return load(Path(folder), kinds).in_folder(directory)
        except ConfigError:
            return None


def state_of(directory: Path) -> Path:
    """Return the state folder of a daemon on ``directory``, as far as a half-edited monitor.toml shows it."""
    home = directory.absolute().parent
    try:
        text = read_bounded(directory / "monitor.toml", MOST_BYTES).decode(errors="replace")
    except PlainFileError:
        return home / DEFAULT_STATE
    try:
        storage = tomllib.loads(text).get("storage")
        found = storage.get("directory") if isinstance(storage, dict) else None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        section = re.search(r"^\s*\[storage\]\s*(?:#[^\n]*)?$(.*?)(?=^\s*\[|\Z)", text, re.MULTILINE | re.DOTALL)
        key = section and re.search(r"""^\s*directory\s*=\s*["']([^"'\n]+)["']""", section[1], re.MULTILINE)
        found = key[1] if key else None
    return home / (found if isinstance(found, str) and "\0" not in found else DEFAULT_STATE)


def without_secrets(sources: Mapping[str, bytes]) -> dict[str, str]:
    """Return the files' texts without comments, passwords and tokens in URLs, and without the heartbeat's path.

    Raises ValueError when one is written in such a way that it cannot be cut out.
    """
    return {
        name: _bare_text(name, without_comments(source).decode()) if name.endswith(".toml") else source.decode()
        for name, source in sources.items()
    }


def _bare_text(name: str, text: str) -> str:
    """Return the text of the file ``name`` without the secrets in its URLs; raises ValueError."""
    if Path(name).name != "monitor.toml" and not _may_carry_a_secret(text):
        return text
    urls = [(path, url) for path, url in _urls(tomllib.loads(text), ()) if path != DATABASE_URL]
    bare_of = {url: bare_url(url, keeps_path=path[0] != "heartbeat") for path, url in urls}
    secrets = {url: bare for url, bare in bare_of.items() if url != bare}
    for url in sorted(secrets, key=len, reverse=True):  # one may begin as another
        text = text.replace(url, secrets[url])
    left = {url for _, url in _urls(tomllib.loads(text), ())}
    if left & {*secrets}:
        raise ValueError(message("an address of {file} holds a secret and is written with escapes", file=name))
    return text


def _may_carry_a_secret(text: str) -> bool:
    """Return whether any URL in it may; else a large sites.toml is not read a third time.

    Line by line: between two, other threads have their turn.
    """
    lines = text.split("\n") if "://" in text else ()
    return "\\" in text or any(_SECRET_IN_A_URL.search(line) for line in lines if "://" in line)


def _urls(value: object, path: tuple[str, ...]) -> Sequence[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in _urls(each, (*path, key))]
    if isinstance(value, list):
        return [found for each in value for found in _urls(each, path)]
    return [(path, value)] if isinstance(value, str) and "://" in value else []
