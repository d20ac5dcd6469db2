import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...messages import REFUSALS, get_error_message
from ...selling_partner.errors import (
    AnswerError,
    AuthorizationError,
    DataError,
    RetryableError,
    RoleMissingError,
    SellingPartnerError,
)

_logger = logging.getLogger(__name__)

#: What is sent is given up after so many attempts, or so long after the first.
MAX_ATTEMPTS = 25
MAX_AGE = timedelta(days=3)
#: How long it waits where the authorisation or a role is missing.
ACCOUNT_RETRY = timedelta(hours=6)
#: How long it waits after an answer of Amazon's that cannot be understood.
UNCLEAR_RETRY = timedelta(minutes=5)
#: The states of what is on its way.
GOING = ("queued", "sending")


class AmazonSending(models.AbstractModel):
    """What is sent to Amazon from a queue, one by one.

    A model of this kind has the fields ``account_id``, ``state`` (with `GOING` among
    its values), ``next_attempt``, ``attempts`` and ``first_attempt_at``.
    """

    _name = "amazon.sending"
    _description = "What Is Sent to Amazon"

    @api.model
    def _get_due_domain(self, account):
        return [
            ("account_id", "=", account.id),
            ("state", "in", GOING),
            "|",
            ("next_attempt", "=", False),
            ("next_attempt", "<=", fields.Datetime.now()),
        ]

    def _note(self, reason, code=None, **values):
        """Store why records are where they are, beside further values.

        :param reason: `Message`, or None where there is nothing to say
        :param str code: technical name; None: that of the message
        """
        self.write(
            {
                "reason": reason,
                "reason_code": code or (reason.reason if reason else False),
                **values,
            }
        )

    def _send_safely(self, client, commit):
        """Send one record; return whether the next one may be tried.

        :param client: ``SellingPartnerClient``
        :param commit: function that commits and returns the seconds left
        """
        try:
            self._send(client, commit)
        except SellingPartnerError as error:
            self._note_error(error)
            commit()
            return isinstance(error, DataError)
        except REFUSALS as error:
            self._note_obstacle(get_error_message(error))
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # Somebody else changed it: the next run goes on.
            self.env.cr.rollback()
        except Exception as error:
            # One that nobody foresaw must not stop all others.
            self.env.cr.rollback()
            _logger.exception("%s %s cannot be sent", self._name, self.id)
            self._note_unexpected(error)
        return True

    def _send(self, client, commit):
        """Send the record; committed before Amazon is told."""
        raise NotImplementedError

    # === WHAT GOES WRONG === #

    def _is_given_up(self):
        """Give a record up that was tried too often, or too long."""
        first = self.first_attempt_at
        if self.attempts < MAX_ATTEMPTS and not (
            first and first + MAX_AGE < fields.Datetime.now()
        ):
            return False
        self._note_given_up()
        return True

    def _note_error(self, error):
        """Store what went wrong on the way to Amazon.

        :param error: a ``SellingPartnerError``
        """
        account, now = self.account_id, fields.Datetime.now()
        account._note_api_error(error)
        reason = account._get_error_message(error)
        if isinstance(error, (RetryableError, AnswerError)):
            seconds = getattr(error, "seconds", UNCLEAR_RETRY.total_seconds())
            self._note(reason, "retry", next_attempt=now + timedelta(seconds=seconds))
            if not getattr(error, "maybe_done", True):
                self._note_untold()
        elif isinstance(error, (AuthorizationError, RoleMissingError)):
            waiting = self.search(
                [("account_id", "=", account.id), ("state", "in", GOING)]
            )
            waiting._note(reason, "not_connected", next_attempt=now + ACCOUNT_RETRY)
            self._note_untold()
        else:
            self._refuse(error)

    def _note_untold(self):
        """Amazon surely has nothing: no need to look for it there."""
        if self.state == "sending":
            self.state = "queued"

    def _note_obstacle(self, reason):
        """Store what in Odoo keeps the record from being sent.

        :param reason: `Message`
        """
        raise NotImplementedError

    def _note_unexpected(self, error):
        """Store a fault that nobody foresaw.

        :param Exception error: its text may hold anything, and is not told
        """
        raise NotImplementedError

    def _note_given_up(self):
        """Store that the record was tried too often, or too long."""
        raise NotImplementedError

    def _refuse(self, error):
        """Store Amazon's refusal, with what to do about it.

        :param error: a ``SellingPartnerError``
        """
        raise NotImplementedError
