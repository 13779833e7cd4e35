"""Make the office of the released version anew: python -m tests.upgrade.making, in a checkout with its history.

The program of that commit does all of it: `recording.py` is run with that source before this one.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from package.source import RELEASED, at_commit
from tests.places import ROOT


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        source = at_commit(RELEASED.commit, Path(scratch) / "source")
        environment = {**os.environ, "PYTHONPATH": str(source), "UPAZILA_MONITOR_LANG": "en"}
        subprocess.run([sys.executable, "-m", "monitor.i18n.compiling"], check=True, cwd=source, env=environment)
        script = Path(__file__).with_name("recording.py")
        target = Path(__file__).with_name(f"office-{RELEASED.version}.tar.gz")
        subprocess.run([sys.executable, str(script), str(target)], check=True, cwd=source, env=environment)
        print(target.relative_to(ROOT))


if __name__ == "__main__":
    main()
