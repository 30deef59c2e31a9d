"""Fixtures that several tests of pages share."""

from browser import chromium, reading

__all__ = ["chromium", "reading"]
