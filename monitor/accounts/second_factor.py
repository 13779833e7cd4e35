"""Check a user's second factor: codes of an authenticator (TOTP, RFC 6238), and recovery codes for when it is lost.

A code of six digits holds for 30 s, and is taken one step early or late; each step counts once.
"""

import hmac
import io
import re
from datetime import datetime

import pyotp
import segno

from monitor.accounts.codes import as_typed, code_hash, new_code
from monitor.domain.text import ascii_digits

ISSUER = "Upazila Monitor"
STEP_S, STEPS_AROUND = 30, 1
RECOVERY_CODES, RECOVERY_GROUPS = 10, 3  # 60 bits each
_SECRET = re.compile(r"[A-Z2-7]{32}")
_CODE = re.compile(r"\d{6}", re.ASCII)


def new_secret() -> str:
    """Return a new secret of 160 bits, in base 32."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Return whether ``text`` has the form of `new_secret`."""
    return bool(_SECRET.fullmatch(text))


def uri(secret: str, name: str) -> str:
    """Return what an authenticator reads: the otpauth URI."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def as_svg(text: str) -> str:
    """Return a QR code of ``text`` as an SVG element without colours of its own or XML's head."""
    kept = io.BytesIO()
    segno.make(text, error="m").save(kept, kind="svg", xmldecl=False, svgns=True, nl=False, omitsize=True, unit="")
    return kept.getvalue().decode()


def step_of(secret: str, typed: str, used_step: int, now_utc: datetime) -> int | None:
    """Return the time step whose code was typed, later than ``used_step``; None for a wrong or used code."""
    code = re.sub(r"\s", "", ascii_digits(typed))
    if not secret or not _CODE.fullmatch(code):
        return None
    now = int(now_utc.timestamp()) // STEP_S
    generator = pyotp.TOTP(secret)
    fitting = [
        step
        for step in range(now - STEPS_AROUND, now + STEPS_AROUND + 1)
        if hmac.compare_digest(generator.generate_otp(step), code)
    ]
    return next((step for step in fitting if step > used_step), None)


def new_recovery_codes() -> list[str]:
    """Return ten new recovery codes; each is good once."""
    return [new_code(RECOVERY_GROUPS) for _ in range(RECOVERY_CODES)]


def recovery_hash(typed: str) -> str:
    """Return the hash of a recovery code as it is stored, in hexadecimal; '' for what has not its form."""
    return code_hash(typed).hex() if len(as_typed(typed)) == 4 * RECOVERY_GROUPS else ""
