"""What only the real Request Tracker shows."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.alerts.helpdesks.base import DeskRefused
from monitor.alerts.helpdesks.registry import open_desk
from monitor.alerts.helpdesks.rt import LONGEST_SUBJECT_BYTES
from monitor.charter.office import Office
from monitor.domain.ticket_states import S
from tests.alerts.mirrored import REAL_S, Mirrored, mirrored
from tests.lab.rt import RealRt

pytestmark = pytest.mark.long


@pytest.fixture
def both(request_tracker: RealRt, office: Office, tmp_path: Path) -> Iterator[Mirrored]:
    found = mirrored(request_tracker, office, tmp_path, timeout_s=REAL_S)
    yield found
    found.here.store.close()


def test_a_wrong_token_and_a_queue_that_is_not_there_are_named(both: Mirrored, tmp_path: Path) -> None:
    assert both.desk.check().startswith("Request Tracker 5.")
    elsewhere = both.section.model_copy(update={"queue": "Nowhere"})
    with pytest.raises(DeskRefused, match=r"sees no queue 'Nowhere' \(GET /queue/Nowhere: 403"):
        open_desk(elsewhere, tmp_path).check()
    (tmp_path / "token").write_text("1-99-ffffffffffffffffffffffffffffffff")
    with pytest.raises(DeskRefused, match="401 Unauthorized") as caught:
        open_desk(both.section, tmp_path).check()
    assert caught.value.to_all


def test_a_password_does_as_well_as_a_token(both: Mirrored, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("lab-password")
    section = both.section.model_copy(update={"user": "karim", "token_file": tmp_path / "password"})
    assert both.place.queue in open_desk(section, tmp_path).check()


def test_a_subject_keeps_its_tag_and_whole_words_and_remarks_leave_it_alone(
    both: Mirrored, request_tracker: RealRt
) -> None:
    number, id_ = both.opened()
    both.here.act(number, "comment", "a remark")
    both.settle()
    subject = request_tracker.karim("GET", f"/ticket/{id_}")["Subject"]
    assert subject.startswith(f"[{number}] উত্তর ব্যাকবোন সংযোগ")
    assert subject.endswith("…")
    assert len(subject.encode()) <= LONGEST_SUBJECT_BYTES
    assert subject.count(number) == 1


def test_a_history_longer_than_a_page_is_heard_whole_and_in_order(both: Mirrored, request_tracker: RealRt) -> None:
    _, id_ = both.opened()
    lines = [{"id": id_, "Content": f"line {line}", "ContentType": "text/plain"} for line in range(55)]
    request_tracker.karim("POST", "/tickets/bulk/comment", lines)
    both.later(seconds=61)
    assert [text for _, _, text in both.done_there()] == [f"line {line}" for line in range(55)]


def test_a_remark_too_long_to_read_is_noted_as_such(both: Mirrored, request_tracker: RealRt) -> None:
    _, id_ = both.opened()
    request_tracker.person_writes(id_, "long " * 300_000)
    request_tracker.person_writes(id_, "short")
    both.later(seconds=61)
    assert [text for _, _, text in both.done_there()] == ["(too long to be taken over)", "short"]


def test_who_renames_or_merges_a_ticket_keeps_it_mirrored(both: Mirrored, request_tracker: RealRt) -> None:
    number, id_ = both.opened()
    request_tracker.karim("PUT", f"/ticket/{id_}", {"Subject": "renamed by Karim"})
    other = request_tracker.karim("POST", "/ticket", {"Queue": "Outages", "Subject": "the same trouble"})["id"]
    request_tracker.karim("PUT", f"/ticket/{id_}", {"MergeInto": int(other)})
    both.here.act(number, "comment", "still there?")
    both.later(seconds=61)
    assert any("still there?" in text for _, text in request_tracker.remarks(other))
    request_tracker.person_sets(other, "resolved")
    both.later(seconds=61)
    assert both.state(number) == S.RESOLVED


def test_a_ticket_that_was_rejected_counts_as_settled(both: Mirrored, request_tracker: RealRt) -> None:
    number, id_ = both.opened()
    request_tracker.person_sets(id_, "rejected")
    both.later(seconds=61)
    assert both.state(number) == S.RESOLVED
    assert both.done_there()[-1][2] == "'rejected' in the help desk"


def test_a_change_that_the_token_may_not_make_is_told(both: Mirrored, request_tracker: RealRt) -> None:
    number, id_ = both.opened()
    frozen = replace(both, desk=open_desk(both.section, Path("/")))
    frozen.desk.wants = {**both.desk.wants, S.ACKNOWLEDGED: "no such status"}
    both.here.act(number, "ack")
    frozen.settle()
    assert f"ticket {id_} did not become 'no such status' but is 'new'" in str(both.totals().last_error)


def test_it_sent_no_mail(both: Mirrored, request_tracker: RealRt) -> None:
    number, id_ = both.opened()
    both.here.act(number, "comment", "words")
    both.here.act(number, "resolve")
    both.settle()
    assert both.stands_at(id_, S.RESOLVED)
    assert request_tracker.mails() == ""
