"""Being an ordinary user: the same code, in the hands of someone who is not root."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.places import ROOT

NEEDED = ("monitor", "tests", "config", "pyproject.toml")
NOBODY = 65_534

PROGRAM = """#!/bin/sh
exec {python} -c 'import sys; from monitor.cli import main; sys.argv[0] = "upazila-monitor"; sys.exit(main())' "$@"
"""


@dataclass(frozen=True)
class OrdinaryUser:
    """Someone without rights, with a folder of their own and a Python that has what ours has."""

    home: Path
    python: Path
    place: Path
    become: tuple[str, ...]
    path: str

    def run(self, words: Sequence[str], timeout_s: float = 300) -> "subprocess.CompletedProcess[str]":
        """Runs a command as this user, and returns what it printed, errors among it."""
        search = [str(self.place), str(self.place / "site-packages")]  # the second is there in a copy only
        environment = {
            **os.environ,
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "PATH": self.path,
            "PYTHONPATH": ":".join(search),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(
            [*self.become, *words],
            cwd=self.place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=timeout_s,
            check=False,
        )


@contextmanager
def ordinary_user() -> Iterator[OrdinaryUser]:
    """Us, when we are one; as root, nobody, who gets a copy of the project where the checkout is closed to him."""
    with tempfile.TemporaryDirectory(prefix="upazila-lab-") as folder:
        home = Path(folder)
        python = Path(sys.executable)
        path = f"{python.parent}:{os.environ.get('PATH', os.defpath)}"
        if os.geteuid():
            yield OrdinaryUser(home, python, ROOT, (), path)
            return
        os.chown(home, NOBODY, NOBODY)
        become = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
        user = OrdinaryUser(home, python, ROOT, become, path)
        yield user if _reads(user) else _with_a_copy(user)


def _reads(user: OrdinaryUser) -> bool:
    try:
        return user.run([str(user.python), "-c", "import monitor.cli, tests.lab.network"]).returncode == 0
    except PermissionError:
        return False


def _with_a_copy(user: OrdinaryUser) -> OrdinaryUser:
    place, python = user.home / "copy", user.python.resolve()
    place.mkdir()
    packages = Path(sysconfig.get_paths()["purelib"])
    for source in (*(ROOT / name for name in NEEDED), packages):
        if source.is_dir():
            shutil.copytree(source, place / source.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, place / source.name)
    program = place / "bin" / "upazila-monitor"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=python), encoding="utf-8")
    program.chmod(0o755)
    subprocess.run(["chmod", "-R", "a+rX", str(place)], check=True)
    return OrdinaryUser(user.home, python, place, user.become, f"{program.parent}:{user.path}")
