"""A kind of device that nobody has programmed for: described in monitor.toml, read from a real agent, shown."""

from pathlib import Path

from tests.lab.daemon import Daemon
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.runtime.polled import SITES, agent, state, write

STATION = "1.3.6.1.4.1.99999"
AGENT = f"""
sysobjectid .{STATION}.7
override {STATION}.1.1.0 integer -215
override {STATION}.2.1.1.3 octet_str roof
override {STATION}.2.1.2.3 integer 12
override {STATION}.2.1.1.4 octet_str yard
override {STATION}.2.1.2.4 integer -1
"""
MODULE = f"""
[modules.weather]
applies_to = "{STATION}"

[[modules.weather.metrics]]
name = "weather_temperature_celsius"
oid = "{STATION}.1.1.0"
scale = 0.1

[[modules.weather.metrics]]
name = "weather_rain_millimetres"
oid = "{STATION}.2.1.2"
type = "counter"
none = [-1]
labels = {{ gauge = "{STATION}.2.1.1" }}
"""


def test_a_new_kind_of_device_is_read_and_shown_by_configuration_alone(lab: Lab, tmp_path: Path) -> None:
    def configure(module: str, sites: str = SITES) -> None:
        write(daemon, "public", sites)
        with (daemon.config / "monitor.toml").open("a", encoding="utf-8") as monitor:
            monitor.write(module)

    with Daemon(lab, tmp_path) as daemon, agent(lab, tmp_path, "public", more=AGENT):
        configure(MODULE)
        daemon.start()
        temperature = "upazila_weather_temperature_celsius"
        until(lambda: daemon.metric(temperature, site="backbone", device="router") == -21.5, "the temperature", 15)
        rain = [line for line in daemon.get("/metrics")[1].splitlines() if line.startswith("upazila_weather_rain")]
        assert rain == [
            "upazila_weather_rain_millimetres"
            '{device="router",gauge="roof",index="3",office="bheramara",site="backbone"} 12.0'
        ], "and nothing of the gauge that says that it has nothing"

        configure(MODULE.replace("0.1", "0.01"))
        daemon.reload()
        until(lambda: daemon.metric(temperature) == -2.15, "the other scale", 15)

        # A device that is not read any more has no figures left.
        configure("", SITES.replace('snmp = "core"', ""))
        daemon.reload()
        until(lambda: state(daemon, "ok") is None, "nothing of SNMP", 15)
        assert daemon.metric("ifOperStatus") is None
