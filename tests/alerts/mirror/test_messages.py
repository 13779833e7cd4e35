"""The words that go to a help desk: both languages, and all that a letter tells."""

from monitor.alerts.mirror import messages
from monitor.alerts.notices.gather import facts_of
from monitor.domain.reasons import ReasonCode, reason
from monitor.i18n.terms import HISTORY
from monitor.store.models import Ticket
from tests.desk import Desk


def test_subject_and_first_message_tell_in_both_languages_what_a_letter_tells(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    with desk.store.read() as session:
        facts = facts_of(desk.office, session.get_one(Ticket, 1), desk.clock.utc())
    assert messages.subject(facts).startswith("[BHR-2026-000001] উত্তর ব্যাকবোন সংযোগ")
    message = messages.first_message(facts)
    assert "সময় পেরিয়েছে" in message
    assert "Northern backbone link (example): down for 15 seconds, service-time target missed" in message
    assert "Service (Citizen's Charter): 10." in message


def test_a_remark_says_in_both_languages_what_the_program_says_and_once_what_a_person_wrote(desk: Desk) -> None:
    resolved = reason(ReasonCode.HELPDESK_OVERRULED, status="solved", state="open")
    said = messages.event_text("comment", "zammad/Rahim", "fibre is cut", desk.clock.utc(), resolved)
    assert said.endswith(
        "\n\nহেল্প ডেস্কে 'solved' করা হয়েছিল; এখানে আগের মতোই আছে: খোলা\n"
        "it was set to 'solved' in the help desk; here it stays: open\n\nfibre is cut"
    )
    assert "{" not in said


def test_every_kind_of_event_has_a_name_in_both_languages(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    for action in ("ack", "start", "wait", "comment", "resolve", "close", "reopen"):
        desk.act("BHR-2026-000001", action, "words")
    desk.wait(days=40)
    desk.wait(days=60)
    kinds = set(desk.history("BHR-2026-000001"))
    assert kinds <= HISTORY.keys()
    assert {"opened", "stage", "ack", "resolved", "reopened"} <= kinds
