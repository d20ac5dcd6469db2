"""Collisions between workers are expected: they are tried again, not reported.

Odoo logs every statement that fails as an error, with its values: an order that two
workers create at once would put the buyer into the log.
"""

import logging
import sys
from contextlib import contextmanager
from contextvars import ContextVar

from psycopg2.errors import UniqueViolation

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

COLLISIONS = (UniqueViolation, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)

_logger = logging.getLogger(__name__)
_expected = ContextVar("amazon_collisions_expected", default=False)


class _CollisionFilter(logging.Filter):
    """Drops the statement that failed where its failure is dealt with."""

    def filter(self, record):
        error = sys.exc_info()[1]
        if not (_expected.get() and isinstance(error, COLLISIONS)):
            return True
        _logger.info("Collision with another worker: %s", type(error).__name__)
        return False


logging.getLogger("odoo.sql_db").addFilter(_CollisionFilter())


@contextmanager
def collisions_expected():
    """Within it, somebody catches what a collision raises."""
    token = _expected.set(True)
    try:
        yield
    finally:
        _expected.reset(token)
