"""What the dashboards' questions cost on a VictoriaMetrics (Debian's) that holds the metrics of 20,000 sites.

The pages are the exposition's own, of every quarter minute of the time looked back at, each with its time; rules are
evaluated by vmalert. Each question of each dashboard is put three times, the cache off, over that whole time; its
fastest answer counts, as the machine may be busy.
"""

import http.client
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.exposition import SCRAPE_EVERY, Daemon
from benchmarks.judging import fleet
from benchmarks.measuring import judged, publish, rows, words_of
from dashboards.generator.reading import dashboards, filled, queries
from monitor.store.opening import open_store
from tests.dashboards.asking import fill_in
from tests.dashboards.far_away import replay_rules, victoria
from tests.dashboards.prometheus import Prometheus, free_port

MOST_S = 1.0
MANY = "-search.maxUniqueTimeseries=1000000"


def put(there: Prometheus, page: bytes, at_s: float) -> None:
    """Stores a page as one that was read then."""
    with closing(http.client.HTTPConnection("127.0.0.1", there.port, timeout=600)) as connection:
        connection.request("POST", f"/api/v1/import/prometheus?timestamp={round(at_s * 1000)}", body=page)
        answer = connection.getresponse()
        assert answer.status < 300, answer.read()


def measure(sites: int, minutes: float, runs: int) -> dict[str, float]:
    """How long each question takes, in seconds, by 'dashboard: panel, question'."""
    found: dict[str, float] = {}
    port = free_port()
    with TemporaryDirectory() as name, victoria(Path(name), port, "", MANY) as there:
        home = Path(name)
        settings = fleet(home, sites, on_map=True)
        store = open_store(home / "state")
        daemon = Daemon(settings, store)
        begun_s = time.time()
        count = round(minutes * 60 / SCRAPE_EVERY)
        for number in range(count + 1):
            daemon.next_rounds()
            time.sleep(1.05)  # a page younger than a second would be given out again
            put(there, daemon.exposition.render().body, begun_s - (count - number) * SCRAPE_EVERY)
        store.close()
        replay_rules(home, port, begun_s - minutes * 60, begun_s)
        then = replace(there, at_s=begun_s)
        for board, content in dashboards().items():
            values = fill_in(then, content, {})
            for query in queries(content):
                asked = filled(query.expr, values)
                took_s = []
                for _ in range(runs):
                    begin_s = time.perf_counter()
                    if query.instant:
                        then.now(asked)
                    else:
                        then.over(asked, begun_s - minutes * 60, begun_s, SCRAPE_EVERY)
                    took_s.append(time.perf_counter() - begin_s)
                found[f"{board}: {query.title}, {query.ref}"] = min(took_s)
    return found


def main() -> None:
    """`scripts/bench far_away`."""
    parser = words_of("far_away", __doc__)
    parser.add_argument("--sites", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    found = measure(chosen.sites, chosen.minutes, chosen.runs)
    slowest = dict(sorted(found.items(), key=lambda each: -each[1])[:12])
    shown = (
        f"{len(found)} questions about {chosen.sites} sites, {chosen.minutes:g} minutes",
        "| slowest | s |\n|---|---:|",
        rows(slowest),
        judged(f"at most {MOST_S:g} s each", met=max(found.values()) <= MOST_S),
    )
    publish("\n".join(shown), found, chosen.json)


if __name__ == "__main__":
    main()
