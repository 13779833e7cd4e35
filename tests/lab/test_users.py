"""The lab for people without rights: the same network as an ordinary user, and plain words where there can be none."""

import subprocess
import sys

import pytest

from tests.lab import network, people
from tests.lab.namespace import LabError
from tests.lab.network import Lab
from tests.lab.people import ordinary_user
from tests.places import ROOT

SHOW = """
from tests.lab.echo import who_answers
from tests.lab.network import Lab
with Lab() as lab:
    lab.down("10.77.3.5")
    lab.loss("10.77.3.6", 100)
    print(lab.monitor.of_user, *sorted(who_answers(lab.monitor, ["10.77.3.5", "10.77.3.6", "10.77.3.7"])))
"""

REFUSED = 'for kind in net user; do echo 0 >/proc/sys/user/max_${kind}_namespaces; done; exec "$@"'


def test_an_ordinary_user_has_the_same_lab() -> None:
    with ordinary_user() as user:
        shown = user.run([str(user.python), "-c", SHOW])

    assert shown.stdout == "True 10.77.3.7\n"


def test_whoever_cannot_read_the_checkout_gets_a_copy_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "_reads", lambda user: False)
    with ordinary_user() as user:
        shown = user.run(
            [str(user.python), "-c", "import monitor, sqlalchemy; print(monitor.__file__, sqlalchemy.__file__)"]
        )
        version = user.run(["upazila-monitor", "version"])

        assert all(str(user.place) in file for file in shown.stdout.split())
        assert version.stdout.startswith("upazila-monitor ")


def test_where_namespaces_are_refused_the_lab_says_so_and_what_would_help() -> None:
    # A user namespace of our own, whose limits we may set to nothing: there the kernel really refuses.
    words = ["unshare", "-r", "sh", "-c", REFUSED, "-", sys.executable, "-c", SHOW]
    refused = subprocess.run(words, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)

    assert refused.returncode == 1
    assert "this machine refuses them" in refused.stderr
    assert "`unshare -rn`: unshare: unshare failed: No space left on device" in refused.stderr
    assert "Run as root, or allow user namespaces" in refused.stderr


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "PROGRAMS", ("ip", "nft-that-nobody-has"))

    with pytest.raises(LabError, match=r"needs nft-that-nobody-has: apt-get install .*nftables"):
        Lab().__enter__()
