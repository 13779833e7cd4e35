"""What the Debian package lays on a machine, as a folder that only has to be packed."""

import gzip
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from package.completions import PLACES, completions

HOME = Path("opt/upazila-monitor")
SHARE = Path("usr/share/upazila-monitor")
DOC = Path("usr/share/doc/upazila-monitor")
PYTHON = f"python3.{sys.version_info.minor}"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "armhf"}
STATE = ('directory = "var" ', 'directory = "/var/lib/upazila-monitor" ')
PROGRAM = f"""#!/{HOME}/.venv/bin/python
import sys

from monitor.cli import main

sys.exit(main())
"""


def architecture() -> str:
    """Return Debian's word for this machine's kind, which is that of the compiled packages too."""
    return ARCHITECTURES.get(platform.machine(), platform.machine())


def lay_out(root: Path, source: Path, wheel: Path, requirements: Path | None) -> None:
    """Fill ``root`` with all that the package holds; ``requirements``: the locked packages, None leaves them out."""
    _environment(root / HOME / ".venv", wheel, requirements)
    _configuration(root / SHARE / "config", source / "config")
    for name, place in {
        "upazila-monitor.service": "usr/lib/systemd/system/upazila-monitor.service",
        "upazila-monitor.sysusers.conf": "usr/lib/sysusers.d/upazila-monitor.conf",
        "upazila-monitor.tmpfiles.conf": "usr/lib/tmpfiles.d/upazila-monitor.conf",
        "60-upazila-monitor.conf": "usr/lib/sysctl.d/60-upazila-monitor.conf",
    }.items():
        _put(root / place, (source / "systemd" / name).read_text(encoding="utf-8"))
    _put(root / "usr/bin/upazila-monitor", (source / "package/debian/upazila-monitor").read_text("utf-8"), mode=0o755)
    _put(root / DOC / "copyright", (source / "LICENSE").read_text(encoding="utf-8"))
    _put(root / DOC / "README.md", (source / "README.md").read_text(encoding="utf-8"))
    shutil.copytree(source / "docs", root / HOME / "docs", ignore=_all_but(".md"))
    (root / DOC / "docs").symlink_to(f"/{HOME}/docs")  # where the unit names them
    for shell, script in completions().items():
        _put(root / PLACES[shell], script)
    for name, packed in {
        "CHANGELOG.md": DOC / "changelog.gz",
        "docs/man/upazila-monitor.1": Path("usr/share/man/man1/upazila-monitor.1.gz"),
    }.items():
        (root / packed).parent.mkdir(parents=True, exist_ok=True)
        (root / packed).write_bytes(gzip.compress((source / name).read_bytes(), mtime=0))


def settle(root: Path, epoch_s: int) -> None:
    """Give each file the same time and plain modes, so that the same source makes the same package."""
    for path in sorted(root.rglob("*"), reverse=True):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        os.utime(path, (epoch_s, epoch_s), follow_symlinks=False)


def _environment(venv: Path, wheel: Path, requirements: Path | None) -> None:
    """Make the environment by hand: one that was made here would name this machine's folders."""
    packages = venv / "lib" / PYTHON / "site-packages"
    if requirements is not None:
        _install(packages, "--require-hashes", "--only-binary=:all:", "-r", str(requirements))
    _install(packages, "--no-index", f"--find-links={wheel.parent}", "upazila-monitor")
    _put(venv / "pyvenv.cfg", f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {PYTHON[6:]}\n")
    _put(venv / "bin" / "upazila-monitor", PROGRAM, mode=0o755)
    (venv / "bin" / "python").symlink_to(f"/usr/bin/{PYTHON}")


def _install(packages: Path, *wanted: str) -> None:
    words = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile", "--target", str(packages)]
    subprocess.run([sys.executable, "-m", "pip", "install", *words, *wanted], check=True)
    shutil.rmtree(packages / "bin", ignore_errors=True)  # scripts that name this machine's folders


def _configuration(target: Path, source: Path) -> None:
    """Copy the shipped example, with the state where a service keeps it."""
    for file in sorted(source.glob("*.toml")):
        text = file.read_text(encoding="utf-8")
        if file.name == "monitor.toml":
            if text.count(STATE[0]) != 1:
                raise ValueError(f"{file}: expected {STATE[0]!r} once")
            text = text.replace(*STATE)
        _put(target / file.name, text)


def _put(file: Path, text: str, mode: int = 0o644) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)


def _all_but(ending: str) -> Callable[[str, list[str]], set[str]]:
    """Ignore every file of another ending, and every folder that holds none of it."""

    def ignored(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if not name.endswith(ending) and not any(Path(folder, name).rglob(f"*{ending}"))}

    return ignored
