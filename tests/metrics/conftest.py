"""What tests of the exposition ask for by name: an office that is shown."""

from tests.web.desk import office

__all__ = ["office"]
