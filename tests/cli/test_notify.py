"""`notify`, as typed."""

import json
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.cli.typed import typed
from tests.desk import Desk
from tests.lab.bad_mail import BadMailServer, listening
from tests.lab.sms_gateway import SmsGateway


def test_explain_says_who_heard_and_who_would_hear(home: Path, desk: Desk) -> None:
    desk.send_all()
    found = json.loads(typed(home, "notify", "explain", "BHR-2026-000001", "--json").stdout)
    assert {"opened", "stage", "lapses_soon"} <= {each["notice"] for each in found}
    assert "holds stage 2 of the grievance chain" in typed(home, "notify", "explain", "BHR-2026-000001").stdout
    assert typed(home, "notify", "explain", "BHR-2026-000009").returncode == 1


def test_a_sample_of_every_kind_goes_to_one_address(home: Path) -> None:
    done = typed(home, "notify", "test", "me@example.org")
    assert done.returncode == 0
    files = sorted((home / "var" / "samples").glob("*.eml"))
    *each, in_all = done.stdout.splitlines()
    assert len(files) == len(each) > 15
    assert in_all == f"{len(files)} mails in {(home / 'var' / 'samples').resolve()}/"
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    assert {str(mail["To"]) for mail in mails} == {"me@example.org"}
    assert len({mail["Message-ID"] for mail in mails}) == len(mails)
    for mail in mails:
        written = mail.get_body(("plain",))
        assert "নমুনা, সত্যি কিছু ঘটেনি" in str(mail["Subject"])
        assert written
        assert "A sample, nothing has happened" in written.get_content()
    with_picture = [mail for mail in mails if any(part.get_content_type() == "image/png" for part in mail.walk())]
    assert with_picture


def test_a_sample_goes_through_the_configured_server(home: Path) -> None:
    with BadMailServer(listening()) as server:
        monitor = home / "config" / "monitor.toml"
        text = monitor.read_text().replace('\nhost = ""', '\nhost = "127.0.0.1"').replace("587", str(server.port))
        text = text.replace('security = "starttls"', 'security = "none"').replace(
            'sender = ""', 'sender = "m@example.org"'
        )
        monitor.write_text(text)
        done = typed(home, "notify", "test", "me@example.org", "--kind", "morning", "--lang", "en")
        assert done.stdout == "morning: 250 2.0.0 queued as 1\n"
        assert str(server.accepted[0]["Subject"]).startswith("A sample, nothing has happened — Morning brief")
        server.mode = "full"
        failed = typed(home, "notify", "test", "me@example.org", "--kind", "morning")
        assert failed.returncode == 3
        assert "421" in failed.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["me@nowhere"], "is not an e-mail address"),
        (["me@example.org", "--kind", "weather"], "there is no 'weather'. Expected one of: "),
        (["me@example.org", "--lang", "fr"], "--lang: no language of that name. Expected one of: bn, both, en"),
    ],
)
def test_what_cannot_be_sent_is_said(home: Path, words: list[str], message: str) -> None:
    done = typed(home, "notify", "test", *words)
    assert done.returncode == 2
    assert message in done.stderr


def with_a_gateway(home: Path, gateway: SmsGateway) -> None:
    (home / "key").write_text("a secret\n")
    (home / "key").chmod(0o600)
    with (home / "config" / "monitor.toml").open("a", encoding="utf-8") as monitor:
        monitor.write(
            '\n[recipients.duty-phone]\nchannel = "sms"\nphone = "01711000000"\n'
            f'[channels.sms.http]\nurl = "{gateway.url}"\n'
            'fields = { to = "{number}", message = "{text}", key = "{key}" }\nsecret_files = { key = "key" }\n'
            'success = "Submitted"\n'
        )


@pytest.mark.long
def test_a_sample_goes_by_short_message(home: Path) -> None:
    with SmsGateway() as gateway:
        with_a_gateway(home, gateway)
        done = typed(home, "notify", "test", "০১৭১১-০০০০০০", "--by", "sms")
        gateway.answer = "no balance"
        failed = typed(home, "notify", "test", "01711000000", "--by", "sms", "--lang", "en", "--kind", "breach")

    # It costs money: one sample, unless another kind was asked for.
    assert done.stdout.startswith("opened: 200 ")
    assert done.stdout.endswith(" (2 parts, UCS-2)\n")
    assert gateway.asked[0].fields["to"] == "8801711000000"
    assert gateway.asked[0].fields["message"].startswith("নমুনা, সত্যি কিছু ঘটেনি: BHR-2026-")
    assert ": not resolved, was due " in gateway.asked[1].fields["message"]
    assert (failed.returncode, failed.stderr) == (3, "breach: not delivered: 200 no balance\n")


def test_check_looks_after_the_secrets_of_a_channel(home: Path) -> None:
    with SmsGateway() as gateway:
        with_a_gateway(home, gateway)
    whole = typed(home, "check").stdout
    (home / "key").unlink()
    missing = typed(home, "check").stdout

    assert "channels.sms" not in whole
    assert "warning: channels.sms.http.secret_files.key: cannot be read: " in missing
    assert "until then nothing is sent that way" in missing


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["01711", "--by", "sms"], "'01711' is no telephone number"),
        (["01711000000", "--by", "sms", "--lang", "both"], "--lang: no language of that name. Expected one of: bn, en"),
        (["01711000000", "--by", "smss"], "--by: there is no channel 'smss'. Did you mean 'sms'?"),
    ],
)
def test_what_cannot_be_sent_by_short_message_is_said(home: Path, words: list[str], message: str) -> None:
    with SmsGateway() as gateway:
        with_a_gateway(home, gateway)
        done = typed(home, "notify", "test", *words)

    assert (done.returncode, gateway.asked) == (2, [])
    assert message in done.stderr


def test_a_channel_that_was_told_nothing_sends_no_sample(home: Path) -> None:
    done = typed(home, "notify", "test", "01711000000", "--by", "sms")
    assert (done.returncode, "monitor.toml has no [channels.sms]" in done.stderr) == (2, True)
