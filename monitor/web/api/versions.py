"""Compare versions as HTTP does (RFC 9110, 13): entity tags, If-Match, If-None-Match. Pure."""

import re
from dataclasses import dataclass

from monitor.alerts.cases.refusals import Seen

_TAGS = re.compile(r'\s*(?:(?P<weak>W/)?"(?P<tag>[\x21\x23-\x7e\x80-\xff]*)"|(?P<any>\*))\s*(?:,|$)')
_NUMBER = re.compile(r"[0-9]{1,18}")


def tag_of(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


@dataclass(frozen=True, slots=True)
class Wanted:
    """The versions that a change may be made to; ``anyone``: If-Match was '*'."""

    versions: tuple[int, ...]
    anyone: bool = False

    def seen(self, version: int) -> Seen | None:
        """Return what the caller decided by, given the present version; None passes whatever it is."""
        if self.anyone:
            return None
        if version in self.versions:
            return Seen(version)
        return Seen(self.versions[0] if self.versions else 0)


def if_match(header: str) -> Wanted:
    """Read If-Match; a weak or foreign tag matches no version. Raises ValueError for what is no list of tags."""
    tags = _tags(header)
    if "*" in tags:
        return Wanted((), anyone=True)
    strong = (tag[1:-1] for tag in tags if not tag.startswith("W/"))
    return Wanted(tuple(int(tag) for tag in strong if _NUMBER.fullmatch(tag)))


def matches(header: str, tag: str) -> bool:
    """Return whether If-None-Match names ``tag``, by weak comparison; what is no list of tags names none."""
    try:
        tags = _tags(header)
    except ValueError:
        return False
    return "*" in tags or tag in {each.removeprefix("W/") for each in tags}


def _tags(header: str) -> list[str]:
    found, at = [], 0
    while at < len(header):
        tag = _TAGS.match(header, at)
        if tag is None:
            raise ValueError("no list of entity tags")
        found.append("*" if tag["any"] else f'{tag["weak"] or ""}"{tag["tag"]}"')
        at = tag.end()
    if not found:
        raise ValueError("no entity tag")
    return found
