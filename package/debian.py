"""The Debian package, packed by nfpm."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from package.source import EPOCH
from package.tree import architecture

SETTINGS = Path(__file__).parent / "debian" / "nfpm.yaml"


def debian_package(root: Path, source: Path, version: str, folder: Path, epoch_s: int) -> Path:
    """Pack ``root`` into ``folder``, with the maintainer scripts of ``source``."""
    nfpm = shutil.which("nfpm", path=Path(sys.executable).parent)
    if nfpm is None:
        raise FileNotFoundError("nfpm is not installed: run scripts/package, which installs it")
    minor = sys.version_info.minor
    names = {"ROOT": root, "VERSION": version, "ARCHITECTURE": architecture(), "PYTHON": f"3.{minor}"}
    names |= {"NEXT_PYTHON": f"3.{minor + 1}", EPOCH: epoch_s}
    made = folder / f"upazila-monitor_{version}_{architecture()}.deb"
    settings = str(SETTINGS.relative_to(SETTINGS.parents[2]))
    subprocess.run(
        [nfpm, "package", "--config", settings, "--packager", "deb", "--target", str(made)],
        check=True,
        cwd=source,
        env={**os.environ, **{name: str(value) for name, value in names.items()}},
        stdout=subprocess.DEVNULL,
    )
    return made
