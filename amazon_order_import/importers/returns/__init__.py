"""Rows of FBA returns: which return a row tells of, its order, line and product."""

from . import linker
from . import importer
from . import order_importer
