"""Answer what the daemon found when it last examined the installation."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from monitor.doctor.check import Check
from monitor.doctor.checks import CHECKS
from monitor.doctor.document import DoctorDocument, document
from monitor.domain.api_scopes import AUDIT_READ, STATUS_READ
from monitor.web.api.answers import JSON, route, written
from monitor.web.api.asked import AskingOfTheWhole, GuardedRoute

router = APIRouter(route_class=GuardedRoute, tags=["status"])


@router.get("/doctor", **route(STATUS_READ, DoctorDocument, also=()))
async def doctor(asked: AskingOfTheWhole) -> Response:
    """Read what each check found when it last looked; words and values of most need the scope audit:read too."""
    examiner = asked.api.examiner

    def is_shown(check: Check[Any]) -> bool:
        return check.of_process or asked.caller.may(AUDIT_READ)

    examined = {} if examiner is None else examiner.examined
    found = [examined[name] for name in CHECKS if name in examined]
    version = "" if examiner is None else examiner.version
    return Response(written(document(found, asked.now_utc, version, daemon=True, shows=is_shown)), media_type=JSON)
