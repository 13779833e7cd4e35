"""Take a new password that was typed twice, and hash it in a thread, one at a time for all pages."""

import asyncio

from monitor.accounts import passwords
from monitor.accounts.passwords import PasswordHash
from monitor.alerts.cases.refusals import BadInput
from monitor.domain.message import message
from monitor.net.pool import Pool
from monitor.web.console.asked import Asked

HASHING = Pool("new passwords", threads=1, backlog=32)


async def new_password(asked: Asked, name: str) -> PasswordHash:
    """Return the hash of the fields 'password' and 'again' for the user ``name``; raises BadInput, PoolFull."""
    password = password_of(asked, "password")
    if password != password_of(asked, "again"):
        raise BadInput("again", message("is another one. Expected the same password twice"))
    return await asyncio.wrap_future(HASHING.submit(passwords.hashed, password, name))


def password_of(asked: Asked, field: str) -> str:
    """Return a password as it was typed: blanks at its ends belong to it."""
    value = asked.form.get(field, "")
    return value if isinstance(value, str) else ""
