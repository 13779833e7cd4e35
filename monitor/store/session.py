"""A transaction, as those hold it who read or write in it without a word of SQL of their own."""

from sqlalchemy.orm import Session

__all__ = ["Session"]
