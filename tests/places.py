"""Where things lie in the checkout that is tested."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MONITOR = ROOT / "monitor"
SHIPPED = ROOT / "config"
DOCS = ROOT / "docs"
SYSTEMD = ROOT / "systemd"
DASHBOARDS = ROOT / "dashboards"
TESTS = ROOT / "tests"
RECORDINGS = TESTS / "probes" / "snmp" / "recordings"
"""What real devices said by SNMP, and what it means: NAME.snmprec and NAME.json."""
