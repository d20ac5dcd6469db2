import time
from datetime import timedelta

from odoo import api, fields, models

from ...messages import REFUSALS, get_error_message, message
from ...report_formats.values import text as clean_text
from ...selling_partner.errors import SellingPartnerError
from ..account.amazon_sending import UNCLEAR_RETRY

FEED_TYPE = "UPLOAD_VAT_INVOICE"
#: Amazon takes one invoice every three seconds.
SECONDS_BETWEEN = 3
#: Documents sent in one run of the scheduled action, which the next one goes on from.
UPLOADS_PER_RUN = 20
#: Amazon's clock and ours need not agree.
CLOCK_MARGIN = timedelta(minutes=2)


class AmazonInvoiceUpload(models.Model):
    """Sends documents to Amazon, each once."""

    _inherit = "amazon.invoice.upload"

    @api.model
    def _send_due(self, account, commit):
        """Send what is due of one account, at most one document in three seconds.

        :param account: ``amazon.account`` record
        :param commit: function that commits and returns the seconds left
        :return: whether all that is due was tried
        """
        domain = self._get_due_domain(account)
        uploads = self.search(domain, order="id", limit=UPLOADS_PER_RUN + 1)
        if not uploads:
            return True
        try:
            client = account._get_client()
        except (SellingPartnerError, *REFUSALS) as error:
            # Nothing was sent: the account is not connected, or a setting is wrong.
            uploads._note(get_error_message(error), "not_connected")
            commit()
            return True
        with client:
            for upload in uploads[:UPLOADS_PER_RUN]:
                upload = upload.try_lock_for_update().filtered_domain(domain)
                if upload and not upload._send_safely(client, commit):
                    # The next document would meet the same obstacle.
                    return True
                if not commit(1):
                    return False
        return len(uploads) <= UPLOADS_PER_RUN

    def _pause(self):
        time.sleep(SECONDS_BETWEEN)

    def _send(self, client, commit):
        """Send the document unless Amazon has it."""
        self.ensure_one()
        if self.state == "sending":
            # The answer to the last attempt got lost: Amazon may have the document.
            if feed_id := self._find_feed(client):
                self._set_sent(feed_id)
                return
            self.state = "queued"
        if self._is_given_up():
            return
        gate = self._get_gate()
        if gate.state != "queued":
            self._note(gate.reason, state=gate.state)
            return
        content = self.move_id._get_amazon_pdf()
        document_id = client.upload_feed_document(content, "application/pdf")
        now = fields.Datetime.now()
        self._note(
            None,
            state="sending",
            sending_at=now,
            attempts=self.attempts + 1,
            first_attempt_at=self.first_attempt_at or now,
        )
        # Before Amazon is told: a crash after it is noticed, nothing is sent twice.
        commit()
        feed_id = client.create_feed(
            FEED_TYPE,
            [self.marketplace_id.api_ref],
            document_id,
            self._get_feed_options(),
        )
        self._set_sent(feed_id)
        commit()
        self._pause()

    def _get_feed_options(self):
        """Return what goes with the document (source: amazon-reports.md 6.2)."""
        move, data = self.move_id, self.vat_invoice_id
        is_credit = self.document_type == "credit_note"
        options = {
            "metadata:DocumentType": "CreditNote" if is_credit else "Invoice",
            "metadata:InvoiceNumber": move.name,
        }
        if data.shipping_ref:
            options["metadata:ShippingId"] = data.shipping_ref
        else:
            options["metadata:OrderId"] = self.order_ref
        if data:
            sign = -1 if is_credit else 1
            digits = move.currency_id.decimal_places
            options["metadata:TotalAmount"] = f"{sign * move.amount_total:.{digits}f}"
            options["metadata:TotalVATAmount"] = f"{sign * move.amount_tax:.{digits}f}"
            # That of an ordinary shipment is its shipping ID and says nothing new.
            if data.transaction_ref and (
                is_credit or data.transaction_ref != data.shipping_ref
            ):
                options["metadata:TransactionId"] = data.transaction_ref
        return {name: clean_text(value) for name, value in options.items()}

    def _find_feed(self, client):
        """Return the id of the feed that the lost answer was about, or None.

        Amazon does not tell which document a feed is for. Documents are sent one
        after the other, so that a feed of that time that belongs to no other upload
        is this one's.
        """
        since = self.sending_at - CLOCK_MARGIN
        aware = self.env["amazon.report"]._aware(since)
        known = set(
            self.search(
                [("account_id", "=", self.account_id.id), ("feed_id", "!=", False)]
            ).mapped("feed_id")
        )
        found = [
            feed
            for feed in client.get_feeds(
                [FEED_TYPE], [self.marketplace_id.api_ref], created_since=aware
            )
            if feed.feed_id not in known
        ]
        return min(found, key=lambda feed: feed.created).feed_id if found else None

    def _set_sent(self, feed_id):
        self._note(
            None,
            state="sent",
            feed_id=feed_id,
            feed_status=False,
            sent_at=self.sending_at or fields.Datetime.now(),
            next_attempt=False,
            error_code=False,
            error_text=False,
        )

    # === WHAT GOES WRONG === #

    def _note_obstacle(self, reason):
        self._note(reason, "not_made", state="manual")

    def _note_unexpected(self, error):
        self._note(
            message("upload_unexpected", error=type(error).__name__),
            state="sending" if self.state == "sending" else "failed",
            next_attempt=fields.Datetime.now() + UNCLEAR_RETRY,
        )

    def _note_given_up(self):
        self._note(
            message(
                "upload_given_up", attempts=self.attempts, first=self.first_attempt_at
            ),
            state="failed",
        )

    def _refuse(self, error):
        self._set_refused(f"{error.code or ''} {error.details or error.message}")
