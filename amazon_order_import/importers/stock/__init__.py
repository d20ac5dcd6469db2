"""Rows of FBA stock: the levels of a snapshot, and what only the whole file tells."""

from . import importer
from . import snapshot
