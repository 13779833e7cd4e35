"""A real Alertmanager of Debian's on loopback, without a cluster and without receivers that reach anybody."""

import json
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lab.waiting import until

PROGRAM = "prometheus-alertmanager"
SILENT = "route:\n  receiver: nobody\nreceivers:\n  - name: nobody\n"


@contextmanager
def alertmanager(folder: Path) -> Iterator[str]:
    """Its base URL while it runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "alertmanager.yml").write_text(SILENT)
    url = f"http://127.0.0.1:{port}"
    command = [
        shutil.which(PROGRAM) or PROGRAM,
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: _ready(url), "Alertmanager to be ready", 20)
            yield url
        finally:
            process.terminate()


def alerts(url: str) -> list[dict[str, Any]]:
    """What fires now."""
    with urllib.request.urlopen(f"{url}/api/v2/alerts", timeout=5) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
