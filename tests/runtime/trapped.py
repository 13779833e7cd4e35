"""Who tells of itself by trap: its credentials, and a daemon that listens."""

from tests.lab.daemon import Daemon
from tests.lab.fleet import write_config
from tests.runtime.polled import PROBING, SITES

PORT = 10_162
SLOWLY: dict[str, object] = {"interval_s": 600, "timeout_s": 0.4, "retries": 0, "traps": f"0.0.0.0:{PORT}"}
AUTH, PRIV = "a password for signing", "a password to encrypt"
V3 = ["-v3", "-u", "monitor", "-l", "authPriv", "-a", "SHA-256", "-A", AUTH, "-x", "AES", "-X", PRIV]
USER = f'createUser monitor SHA-256 "{AUTH}" AES "{PRIV}"\nrouser monitor authpriv'
LINK_DOWN, COLD_START = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.1"


def write(daemon: Daemon, credentials: str, snmp: dict[str, object] = SLOWLY, sites: str = SITES) -> None:
    settings: dict[str, dict[str, object]] = {"probing": {**PROBING, "interval_s": 60}, "snmp": snmp}
    write_config(daemon.config, sites=sites, listen=daemon.listen, settings=settings)
    with (daemon.config / "monitor.toml").open("a", encoding="utf-8") as monitor:
        monitor.write(credentials)
    for name, text in (("community", "public"), ("auth", AUTH), ("priv", PRIV)):
        secret = daemon.home / name
        secret.write_text(text + "\n", encoding="utf-8")
        secret.chmod(0o600)


V2C_CREDENTIALS = '\n[snmp.v2c.core]\ncommunity_file = "community"\n'
V3_CREDENTIALS = """
[snmp.v3.core]
user = "monitor"
auth = "SHA-256"
auth_key_file = "auth"
priv = "AES-128"
priv_key_file = "priv"
"""
