# The daemon in a container. It has no rights: ping sockets need none where net.ipv4.ping_group_range allows them, which
# docker-compose.yml sets for this container alone.
FROM python:3.11.14-slim-bookworm

RUN useradd --system --uid 986 --home-dir /var/lib/upazila-monitor --create-home upazila-monitor
WORKDIR /opt/upazila-monitor
COPY requirements/run.txt requirements/
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY monitor monitor
RUN .venv/bin/pip install --no-cache-dir --no-index --no-deps --no-build-isolation . && rm -rf build

USER upazila-monitor
EXPOSE 9786
# What the unit's watchdog is for systemd: the probing loop still turns.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD \
    [".venv/bin/python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:9786/healthz', timeout=4)"]
ENTRYPOINT [".venv/bin/upazila-monitor", "--config", "/etc/upazila-monitor"]
CMD ["run"]
