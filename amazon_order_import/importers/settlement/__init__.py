"""Rows of settlements: one settlement per number, with every row as it is."""

from . import importer
