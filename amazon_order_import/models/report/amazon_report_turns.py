import logging
import time
from collections import defaultdict, deque
from enum import Enum, auto

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .importing import ConcurrentImport

_logger = logging.getLogger(__name__)

#: How often a batch is tried again that collides with another worker.
BATCH_ATTEMPTS = 5
#: Seconds for which one report is processed while others wait. Going on costs a
#: second per 30,000 rows that are done, and no account waits for another's years.
TURN_SECONDS = 60
READY_STATES = ("ready", "processing")


class Turn(Enum):
    """How a report's turn ended."""

    ENDED = auto()  # or another worker has it
    INTERRUPTED = auto()  # it goes on after the others
    COLLIDED = auto()  # too often: it goes on with the next run
    OUT_OF_TIME = auto()  # the time of the scheduled action is up


class AmazonReport(models.Model):
    """Many workers and many accounts share the processing of the files.

    A worker takes a report by a lock on its row, so that any number of scheduled
    actions, on any number of machines, share the work without knowing each other.
    """

    _inherit = "amazon.report"

    @api.model
    def _trigger_processing(self):
        """Have every slot look for reports to process as soon as this is committed."""
        for cron in self.env["amazon.account"]._get_processing_slots():
            cron._trigger()

    @api.model
    def _has_ready(self):
        """Whether there is a file to process."""
        domain = [("state", "in", READY_STATES)]
        return bool(self.search_count(domain, limit=1))

    @api.model
    def _process_ready(self, commit):
        """Process the reports that are ready, sharing the work with other workers.

        :param commit: function that commits and returns the seconds left
        :return: whether all are processed; False where some are left to the next run
        """
        finished = True
        queue = deque(self._get_fair_order())
        while queue:
            report = queue.popleft()
            turn = report._take_turn(commit, TURN_SECONDS if queue else None)
            if turn is Turn.OUT_OF_TIME:
                return False
            if turn is Turn.INTERRUPTED:
                queue.append(report)
            elif turn is Turn.COLLIDED:
                finished = False
        return finished

    @api.model
    def _get_fair_order(self):
        """Return the reports to process: of each account the first, then the second."""
        places = defaultdict(int)
        order = []
        domain = [("state", "in", READY_STATES)]
        for report in self.search(domain, order="id"):
            account = report.account_id
            order.append((places[account], account._for_responsible(report)))
            places[account] += 1
        return [report for _place, report in sorted(order, key=lambda item: item[0])]

    def _take_turn(self, commit, seconds=None):
        """Process one report, committing after each batch.

        :param commit: function that commits and returns the seconds left
        :param seconds: after so many it gives way; None: never
        :return: `Turn`
        """
        self.ensure_one()
        end = None if seconds is None else time.monotonic() + seconds
        turn = Turn.COLLIDED
        attempts = 0
        while attempts < BATCH_ATTEMPTS:
            try:
                for rows in self._process_batches(retry_concurrent=True):
                    attempts = 0
                    self.env.flush_all()
                    self.env.invalidate_all()
                    if not commit(rows):
                        return Turn.OUT_OF_TIME
                    if end and time.monotonic() >= end and self.state == "processing":
                        return Turn.INTERRUPTED
                turn = Turn.ENDED
                break
            except (ConcurrentImport, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY) as error:
                self.env.cr.rollback()
                attempts += 1
                _logger.info(
                    "Report %s collides with another worker (%s), attempt %s",
                    self.id,
                    type(error).__name__,
                    attempts,
                )
            except Exception as error:
                # One report that nobody foresaw must not stop all others.
                self.env.cr.rollback()
                _logger.exception("Report %s cannot be processed", self.id)
                self._fail("unexpected", self._explain_crash(error))
                turn = Turn.ENDED
                break
        if self.state == "failed":
            self._after_failure()
        commit()
        return turn
