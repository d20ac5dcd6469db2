import time
from datetime import timedelta, timezone

from odoo import api, fields, models

from ...messages import REFUSALS, get_error_message, message, words
from ...selling_partner.errors import SellingPartnerError
from ...selling_partner.shipment_problems import ALREADY, find_reason
from ..account.amazon_sending import UNCLEAR_RETRY

#: Parcels of one account sent in one run, which the next run goes on from.
PARCELS_PER_RUN = 500
#: So many seconds one account may talk to Amazon before the next one's turn.
ACCOUNT_SECONDS = 60
#: A longer wait for Amazon's quota ends the turn.
LONGEST_PAUSE = 5
#: When Amazon's own list of parcels is first looked at.
FIRST_LOOK = timedelta(minutes=10)


class AmazonShipmentConfirmation(models.Model):
    """Tells Amazon of parcels."""

    _inherit = "amazon.shipment.confirmation"

    @api.model
    def _cron_confirm(self):
        """Tell Amazon of what has left; look whether it knows.

        The only place here that commits: before and after each call.
        """
        commit = self.env["ir.cron"]._commit_progress
        finished = True
        for account in self.env["amazon.account"].search([]):
            account = account._for_responsible(account)
            finished &= account.env[self._name]._run(account, commit)
            if not commit():
                break
        if not finished:
            # Odoo runs the action again at once, not after its interval.
            commit(remaining=1)

    @api.model
    def _run(self, account, commit):
        """Do for one account what can be done now; return whether that is all.

        :param account: ``amazon.account`` record
        :param commit: function that commits and returns the seconds left
        """
        start = time.monotonic()

        def commit_in_time(*counts):
            used = time.monotonic() - start
            return max(min(commit(*counts), ACCOUNT_SECONDS - used), 0)

        due = self._get_due_domain(account)
        looks = self._get_look_domain(account)
        if not self.search_count([*due], limit=1) and not self.search_count(
            looks, limit=1
        ):
            return True
        try:
            client = account._get_client()
        except (SellingPartnerError, *REFUSALS) as error:
            # Nothing was sent: the account is not connected, or a setting is wrong.
            self.search(due)._note(
                get_error_message(error),
                next_attempt=fields.Datetime.now() + UNCLEAR_RETRY,
            )
            commit()
            return True
        with client:
            finished = self._send_due(account, client, commit_in_time)
            finished &= self._look_due(account, client, commit_in_time)
        return finished

    @api.model
    def _send_due(self, account, client, commit):
        """Send what is due of one account; return whether all was tried."""
        domain = self._get_due_domain(account)
        parcels = self.search(domain, order="id", limit=PARCELS_PER_RUN + 1)
        for parcel in parcels[:PARCELS_PER_RUN]:
            if not self._wait_for_quota(account, "confirmShipment", commit):
                return False
            parcel = parcel.try_lock_for_update().filtered_domain(domain)
            if parcel and not parcel._send_safely(client, commit):
                # The next parcel would meet the same obstacle.
                return True
            if not commit(1):
                return False
        return len(parcels) <= PARCELS_PER_RUN

    @api.model
    def _wait_for_quota(self, account, operation, commit):
        """Wait until Amazon's quota allows a call; return whether it is soon."""
        now = fields.Datetime.now()
        allowed = self.env["amazon.api.call"]._get_next_call(account, operation)
        seconds = (allowed - now).total_seconds()
        if seconds > LONGEST_PAUSE:
            return False
        if seconds > 0:
            commit()
            self._pause(seconds)
        return True

    @api.model
    def _pause(self, seconds):
        time.sleep(seconds)

    def _send(self, client, commit):
        """Tell Amazon of the parcel; a second time only corrects it there."""
        self.ensure_one()
        if self._is_given_up():
            return
        self._refresh()
        gate = self._get_gate()
        if gate.state != "queued":
            self._note(gate.reason, state=gate.state)
            return
        now = fields.Datetime.now()
        values = self._prepare_call()
        self._note(
            None,
            state="sending",
            sending_at=now,
            attempts=self.attempts + 1,
            first_attempt_at=self.first_attempt_at or now,
        )
        # Before Amazon is told: after a crash it is sent again under its number.
        commit()
        client.confirm_shipment(**values)
        self._set_confirmed()

    def _prepare_call(self):
        """Return the arguments of ``SellingPartnerClient.confirm_shipment``."""
        line = self._get_carrier_line()
        return {
            "order_id": self.order_ref,
            "marketplace_id": self.marketplace_id.api_ref,
            "package_reference": self.package_reference,
            "items": self.items,
            "carrier_code": self.carrier_code,
            "carrier_name": line.carrier_name or None,
            "shipping_method": self.shipping_method or None,
            "tracking_number": self.tracking_number,
            "ship_date": self.ship_date.replace(tzinfo=timezone.utc),
        }

    def _set_confirmed(self):
        now = fields.Datetime.now()
        self._note(
            None,
            state="confirmed",
            confirmed_at=now,
            seen_at=False,
            look_at=now + FIRST_LOOK,
            next_attempt=False,
            attempts=0,
            first_attempt_at=False,
            error_text=False,
        )
        self.account_id._note_api_success()

    def _follow_delivery(self):
        """Take over a tracking number or delivery method entered or corrected."""
        for parcel in self:
            told = (parcel.carrier_code, parcel.tracking_number)
            if parcel.state in ("waiting", "queued", "refused"):
                parcel._pass_gate()
            elif parcel.state in ("confirmed", "seen", "given_up"):
                parcel._refresh()
                if told != (parcel.carrier_code, parcel.tracking_number):
                    parcel.looks = 0
                    parcel._pass_gate()
        self._wake_sender()

    # === WHAT GOES WRONG === #

    def _note_obstacle(self, reason):
        self._note(reason, state="waiting")

    def _note_unexpected(self, error):
        self._give_up(message("shipment_unexpected", error=type(error).__name__))

    def _note_given_up(self):
        first = self.first_attempt_at or "–"
        self._give_up(message("shipment_given_up", attempts=self.attempts, first=first))

    def _give_up(self, reason):
        self._note(reason, state="given_up", next_attempt=False, look_at=False)
        self._call_person(reason)

    def _call_person(self, reason):
        """Put a to-do on the order."""
        self.order_id._schedule_amazon_activity(
            reason,
            message(
                "todo_shipment", parcel=self.package_reference, order=self.order_ref
            ),
        )

    def _refuse(self, error):
        said = error.details or error.message
        code = find_reason(f"{error.code or ''} {said}", error.status)
        reason = self._get_refusal(code, said)
        self.error_text = words(said)
        if code == "ship_plus":
            self._note(reason, state="not_needed", next_attempt=False)
            return
        # Who has shipped it, Amazon's list of parcels tells.
        look = fields.Datetime.now() if code == ALREADY else False
        self._note(reason, state="refused", next_attempt=False, look_at=look)
        if not look:
            self._call_person(reason)

    def _get_refusal(self, code, said):
        if code == "other":
            return message("shipment_refused_other", words=said)
        if code == "tracking":
            return message(
                "shipment_refused_tracking",
                number=self.tracking_number,
                carrier=self.carrier_code,
            )
        if code == "carrier":
            return message("shipment_refused_carrier", carrier=self.carrier_code)
        return message(f"shipment_refused_{code}")
