"""The four stages of a record; the only code that moves a deposit."""

from hdp.uploads.desk import Desk

__all__ = ["Desk"]
