"""Define a transaction for the rooms that read or write without SQL of their own."""

from sqlalchemy.orm import Session

__all__ = ["Session"]
