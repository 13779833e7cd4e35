"""The wheel, for pip, pipx and uv."""

import os
import subprocess
import sys
from pathlib import Path

from package.source import EPOCH


def wheel(source: Path, folder: Path, epoch_s: int) -> Path:
    """Build the wheel of ``source`` into ``folder``, with nothing from the network; ``source`` is written to."""
    words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    subprocess.run(
        [*words, "--no-build-isolation", "--no-cache-dir", "--wheel-dir", str(folder), str(source)],
        check=True,
        env={**os.environ, EPOCH: str(epoch_s)},
    )
    (made,) = folder.glob("upazila_monitor-*.whl")
    return made
