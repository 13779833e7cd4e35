"""How the real daemon's mails leave: encrypted and with a login, or to files while nobody has said where to."""

from email import message_from_bytes, policy
from pathlib import Path

from tests.lab.daemon import Daemon
from tests.lab.fleet import Settings, many_sites, write_config
from tests.lab.mail import Certificate, MailCatcher
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.story.reading import unsent

LINK = "10.77.2.1"  # site-0000
SITES = 10


def start_with_a_dead_link(lab: Lab, daemon: Daemon, mail: Settings) -> None:
    write_config(daemon.config, sites=many_sites(SITES), listen=daemon.listen, target_s=3, settings=mail)
    lab.down(LINK)
    daemon.start()


def test_mails_travel_encrypted_and_with_a_login_where_the_office_says_so(lab: Lab, daemon: Daemon) -> None:
    certificate = Certificate.made_in(daemon.home)
    (daemon.home / "password").write_text("a secret of the office\n", encoding="utf-8")
    (daemon.home / "password").chmod(0o600)
    with MailCatcher.on(lab.hosts, certificate, ("office", "a secret of the office")) as mails:
        start_with_a_dead_link(
            lab,
            daemon,
            {
                "mail": {
                    "security": "starttls",
                    "ca_file": certificate.certificate.name,
                    "username": "office",
                    "password_file": "password",
                }
            },
        )
        arrived = mails.wait_for(2, within_s=20)

    assert [(mail.over_tls, mail.login) for mail in arrived] == [(True, "office")] * 2
    assert "a secret of the office" not in daemon.log()


def test_a_mail_server_that_nobody_vouches_for_gets_nothing(lab: Lab, daemon: Daemon, tmp_path: Path) -> None:
    certificate = Certificate.made_in(tmp_path)
    with MailCatcher.on(lab.hosts, certificate) as mails:
        start_with_a_dead_link(lab, daemon, {"mail": {"security": "starttls"}})
        until(
            lambda: any("certificate: self-signed" in row["last_error"] for row in unsent(daemon)),
            "the refusal",
            within_s=20,
        )

        assert mails.mails == []
        assert mails.tries == 0


def test_before_the_office_has_named_a_mail_server_no_mail_leaves_the_machine(
    lab: Lab, mails: MailCatcher, daemon: Daemon
) -> None:
    start_with_a_dead_link(lab, daemon, {"mail": {"host": "", "sender": ""}})
    outbox = daemon.home / "var" / "outbox"
    written = until(lambda: sorted(outbox.glob("*.eml"))[1:] and sorted(outbox.glob("*.eml")), "two files", within_s=20)

    recipients = [message_from_bytes(path.read_bytes(), policy=policy.default)["To"] for path in written]
    assert [recipient.addresses[0].addr_spec for recipient in recipients] == [
        "responsible@office.example",
        "grievance@office.example",
    ]
    assert mails.tries == 0
    assert "reach nobody" in daemon.log()
