"""A real Prometheus (Debian's) with the shipped rules, and the questions that dashboards ask it."""

import http.client
import json
import re
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml

from tests.lab.waiting import until
from tests.places import DASHBOARDS

FOLDER = DASHBOARDS / "prometheus"
FAST = "1s"

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Series:
    """What Prometheus answered: labels, and values with their times, oldest first."""

    labels: Labels
    points: Sequence[tuple[float, float]]

    @property
    def last(self) -> float:
        return self.points[-1][1]


class QueryError(Exception):
    """Prometheus did not understand; the message is its own."""


@dataclass(frozen=True)
class Prometheus:
    """A running one; instant questions are of ``at_s``, or of now."""

    port: int
    at_s: float | None = None

    def get(self, path: str, **words: Any) -> Any:
        """The data of one of its API's answers."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("GET", f"/api/v1/{path}?{urlencode(words, doseq=True)}")
            answer = json.loads(connection.getresponse().read())
        if answer["status"] != "success":
            raise QueryError(answer["error"])
        return answer["data"]

    def now(self, expr: str) -> list[Series]:
        """An instant query."""
        data = self.get("query", query=expr, **({} if self.at_s is None else {"time": self.at_s}))
        if data["resultType"] == "scalar":
            return [Series({}, [_point(data["result"])])]
        return [Series(one["metric"], [_point(one["value"])]) for one in data["result"]]

    def over(self, expr: str, begin_s: float, end_s: float, step_s: float) -> list[Series]:
        """A range query."""
        data = self.get("query_range", query=expr, start=begin_s, end=end_s, step=step_s)
        return [Series(one["metric"], [_point(point) for point in one["values"]]) for one in data["result"]]

    def values(self, label: str, selector: str) -> list[str]:
        """The values of a label, as Grafana's label_values() gets them."""
        found: list[str] = self.get(f"label/{label}/values", **{"match[]": selector})
        return found


def _point(told: Sequence[Any]) -> tuple[float, float]:
    return float(told[0]), float(told[1])


@contextmanager
def prometheus(home: Path, target: str) -> Iterator[Prometheus]:
    """The shipped configuration and rules, bent only in target, port and pace."""
    port = free_port()
    config = home / "prometheus.yml"
    config.write_text(_bent(target), encoding="utf-8")
    (home / "rules").mkdir()
    for rules in (FOLDER / "rules").glob("*.yml"):
        text = re.sub(r"(?m)^(\s+interval: ).*$", rf"\g<1>{FAST}", rules.read_text(encoding="utf-8"))
        (home / "rules" / rules.name).write_text(text, encoding="utf-8")
    words = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={home / 'data'}"]
    words += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
    with running(words, home / "prometheus.log", port, "/-/ready"):
        yield Prometheus(port)


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


@contextmanager
def running(words: Sequence[str], log: Path, port: int, ready: str) -> Iterator[None]:
    """A program of Debian's that runs meanwhile; begins once it answers to GET ``ready``."""
    with log.open("w") as output:
        process = subprocess.Popen(words, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        until(lambda: process.poll() is not None or _ready(port, ready), f"{words[0]} to be ready", 60)
        assert process.poll() is None, log.read_text()
        yield
    finally:
        process.terminate()
        process.wait(30)


def _bent(target: str) -> str:
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    config["global"] |= {"scrape_interval": FAST, "evaluation_interval": FAST}
    config["alerting"]["alertmanagers"] = []
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}
    jobs["upazila-monitor"] |= {"static_configs": [{"targets": [target]}], "scrape_timeout": FAST}
    config["scrape_configs"] = [jobs["upazila-monitor"]]
    return yaml.safe_dump(config, allow_unicode=True)


def _ready(port: int, path: str) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
