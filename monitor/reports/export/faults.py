"""Define what is raised where a format cannot be made."""


class CannotRender(Exception):
    """A report cannot be made in a format; raised with a message that says why, and what would help."""
