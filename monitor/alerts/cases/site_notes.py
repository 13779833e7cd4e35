"""Note something about a site, dated and signed: an act that `actions` gives out."""

from monitor.alerts.cases.refusals import BadInput
from monitor.domain.message import message
from monitor.domain.text import clean_lines, has_words
from monitor.settings.problems import no_such
from monitor.store import acts
from monitor.store.models import SiteNote
from monitor.store.work import Work

LONGEST_NOTE = 2_000  # characters


def note_site(work: Work, site: str, text: str) -> SiteNote:
    """Add a note to a site's page, where every officer reads it; raises BadInput."""
    if site not in work.office.fleet.sites:
        raise BadInput("site", no_such("site", site, work.office.fleet.sites))
    cleaned = clean_lines(text)
    if not has_words(cleaned):
        raise BadInput("text", message("has no words. Expected what the others should know about this site"))
    if len(cleaned) > LONGEST_NOTE:
        raise BadInput("text", message("is too long. Expected at most {most} characters", most=LONGEST_NOTE))
    note = SiteNote(site=site, at_utc=work.now_utc, actor=work.actor, text=cleaned)
    work.session.add(note)
    acts.record(work, "site.note", site, {}, {"note": cleaned})
    return note
