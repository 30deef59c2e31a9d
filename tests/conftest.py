"""Fixtures that several tests of pages share."""

from browser import chromium, faults, reading

__all__ = ["chromium", "faults", "reading"]
