import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...report_formats.values import text as clean_text
from ...selling_partner.errors import (
    AnswerError,
    AuthorizationError,
    DataError,
    RetryableError,
    RoleMissingError,
    SellingPartnerError,
)
from ..order.amazon_order_workflow import VCS_COUNTRIES
from .account_move import NUMBER

_logger = logging.getLogger(__name__)

FEED_TYPE = "UPLOAD_VAT_INVOICE"
#: Amazon takes one invoice every three seconds.
SECONDS_BETWEEN = 3
#: Documents sent in one run of the scheduled action, which the next one goes on from.
UPLOADS_PER_RUN = 20
#: A document is given up after so many attempts, or so long after the first.
MAX_ATTEMPTS = 25
MAX_AGE = timedelta(days=3)
#: How long uploads wait where the authorisation or a role is missing.
ACCOUNT_RETRY = timedelta(hours=6)
#: How long an upload waits after an answer of Amazon's that cannot be understood.
UNCLEAR_RETRY = timedelta(minutes=5)
#: Amazon's clock and ours need not agree.
CLOCK_MARGIN = timedelta(minutes=2)
#: Amazon expects the document by then after the shipment.
DUE_AFTER = timedelta(days=1)

STATES = [
    ("waiting", "Waiting"),
    ("manual", "By Hand"),
    ("queued", "Queued"),
    ("sending", "Sending"),
    ("sent", "Sent"),
    ("accepted", "Accepted"),
    ("refused", "Refused"),
    ("failed", "Given Up"),
]


class AmazonInvoiceUpload(models.Model):
    """The way of one document to Amazon: one record per document, so never twice.

    waiting (not shipped, or no VCS Lite data yet) --> queued --> sending --> sent
        --> accepted | refused (Amazon says why)
    queued | sending --> failed (tried too often, or too long)
    waiting | queued --> manual (something has to be decided or put right first)
    manual | refused | failed --(a person)--> queued

    ``sending`` is committed before Amazon is told: if the answer gets lost, the next
    run looks for the feed at Amazon before it sends anything again.
    """

    _name = "amazon.invoice.upload"
    _description = "Upload of an Invoice to Amazon"
    _order = "id desc"
    _rec_name = "number"
    _check_company_auto = True

    move_id = fields.Many2one(
        "account.move",
        "Document",
        required=True,
        readonly=True,
        ondelete="cascade",
        check_company=True,
    )
    number = fields.Char(related="move_id.name", string="Number", store=True)
    account_id = fields.Many2one(
        "amazon.account", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    order_id = fields.Many2one(
        "sale.order",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    order_ref = fields.Char(related="order_id.amazon_order_ref", store=True)
    vat_invoice_id = fields.Many2one(
        "amazon.vat.invoice",
        "VAT Invoice Data",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    shipping_ref = fields.Char(related="vat_invoice_id.shipping_ref")
    transaction_ref = fields.Char(related="vat_invoice_id.transaction_ref")
    marketplace_id = fields.Many2one("amazon.marketplace", "Channel", readonly=True)
    document_type = fields.Selection(
        [("invoice", "Invoice"), ("credit_note", "Credit Note")],
        required=True,
        readonly=True,
    )
    currency_id = fields.Many2one(related="move_id.currency_id")
    amount_total = fields.Monetary(related="move_id.amount_total")
    state = fields.Selection(STATES, required=True, readonly=True, index=True)
    reason_code = fields.Char(readonly=True)
    reason = fields.Text(readonly=True, help="What it waits for, or why it stopped")
    asked_by_person = fields.Boolean(readonly=True)
    attempts = fields.Integer(readonly=True)
    first_attempt_at = fields.Datetime("First Attempt", readonly=True)
    next_attempt = fields.Datetime(readonly=True)
    sending_at = fields.Datetime("Sending Since", readonly=True)
    sent_at = fields.Datetime("Sent", readonly=True)
    feed_id = fields.Char("Feed ID", readonly=True, index="btree_not_null")
    feed_status = fields.Char("Status of the Feed", readonly=True)
    error_code = fields.Char(readonly=True)
    error_text = fields.Text("Amazon Says", readonly=True)
    explanation = fields.Text(compute="_compute_explanation")
    advice = fields.Text("What To Do", compute="_compute_explanation")
    summary = fields.Text("Why", compute="_compute_summary")
    due_at = fields.Datetime(
        "Due", help="Amazon expects the document within a day of the shipment"
    )
    is_late = fields.Boolean("Late", compute="_compute_is_late")

    _move_unique = models.UniqueIndex(
        "(move_id)", "This document is in the upload queue already."
    )
    _vat_invoice_unique = models.UniqueIndex(
        "(vat_invoice_id) WHERE vat_invoice_id IS NOT NULL",
        "There is an upload for this transaction of Amazon already.",
    )
    _due_uploads = models.Index(
        "(account_id, id) WHERE state IN ('queued', 'sending', 'sent', 'waiting')"
    )

    @api.depends("state", "reason", "explanation")
    def _compute_summary(self):
        for upload in self:
            refused = upload.state in ("refused", "failed") and upload.explanation
            upload.summary = refused or upload.reason

    @api.depends("state", "due_at")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for upload in self:
            upload.is_late = (
                upload.state != "accepted"
                and bool(upload.due_at)
                and upload.due_at < now
            )

    # === INTO THE QUEUE === #

    @api.model
    def _create_for(self, moves, by_person=False):
        """Put posted documents of Amazon orders into the queue, each once.

        :param moves: ``account.move`` records
        :param by_person: a person asks for it: the account's setting does not count
        :return: the new ``amazon.invoice.upload`` records
        """
        known = self.search([("move_id", "in", moves.ids)]).move_id
        vals_list = []
        for move in moves - known:
            orders = move._get_amazon_orders()
            if len(orders) == 1 and self._is_wanted(move, orders, by_person):
                vals_list.append(self._prepare_upload(move, orders, by_person))
        uploads = self.create(vals_list)
        uploads._pass_gate()
        return uploads

    def _is_wanted(self, move, order, by_person):
        account = order.amazon_account_id
        if not account or account.region != "eu" or account.vat_service == "vcs":
            return False
        if account.vat_service == "vcs_lite" or by_person:
            return True
        return account.invoice_upload == "auto" and move.move_type == "out_invoice"

    def _prepare_upload(self, move, order, by_person):
        data = move.amazon_vat_invoice_ids[:1]
        shipped = data.shipment_date or order._get_amazon_shipped_at()
        return {
            "move_id": move.id,
            "account_id": order.amazon_account_id.id,
            "order_id": order.id,
            "vat_invoice_id": data.id,
            "marketplace_id": (data.marketplace_id or order.amazon_marketplace_id).id,
            "document_type": "invoice"
            if move.move_type == "out_invoice"
            else "credit_note",
            "asked_by_person": by_person,
            "state": "waiting",
            "due_at": shipped and shipped + DUE_AFTER,
        }

    def _pass_gate(self):
        """Let documents into the queue that may be sent; note why others may not."""
        for upload in self:
            if not upload.vat_invoice_id:
                data = upload.move_id.amazon_vat_invoice_ids[:1]
                if data:
                    upload.write(
                        {
                            "vat_invoice_id": data.id,
                            "marketplace_id": (
                                data.marketplace_id or upload.marketplace_id
                            ).id,
                            "due_at": data.shipment_date
                            and data.shipment_date + DUE_AFTER,
                        }
                    )
            state, code, reason = upload._get_gate()
            by_hand = upload.account_id.invoice_upload == "manual"
            if state == "queued" and by_hand and not upload.asked_by_person:
                state, code = "manual", "by_hand"
                reason = upload.env._(
                    "By the account's setting, a person chooses what is uploaded: with "
                    "the button Upload, here or in the list."
                )
            if (upload.state, upload.reason_code, upload.reason or False) != (
                state,
                code,
                reason,
            ):
                upload.write({"state": state, "reason_code": code, "reason": reason})

    def _get_gate(self):
        """Return ``(state, code, reason)``: whether the document may be sent now.

        ``queued`` lets it pass; ``waiting`` looks again by itself; ``manual`` needs a
        person.
        """
        self.ensure_one()
        move, data, account = self.move_id, self.vat_invoice_id, self.account_id
        if move.state != "posted":
            return (
                "manual",
                "not_posted",
                self.env._("The document is not posted (any more)."),
            )
        if data.is_amazon_invoiced or account.vat_service == "vcs":
            return (
                "manual",
                "amazon_invoices",
                self.env._(
                    "Amazon makes the invoice of this sale itself. Check whether your "
                    "own document is needed at all."
                ),
            )
        if self.marketplace_id.country_id.code not in VCS_COUNTRIES:
            return (
                "manual",
                "marketplace",
                self.env._(
                    "Amazon takes invoices in %(countries)s only. The channel of this "
                    "order is %(channel)s.",
                    countries=", ".join(VCS_COUNTRIES),
                    channel=self.marketplace_id.name or "–",
                ),
            )
        if not NUMBER.fullmatch(move.name or ""):
            return (
                "manual",
                "number",
                self.env._(
                    "The number %(number)s holds characters that Amazon does not take, "
                    "e.g. spaces. Change the number format of the journal; upload this "
                    "document in Seller Central.",
                    number=move.name,
                ),
            )
        if account.vat_service == "vcs_lite":
            return self._get_data_gate(data)
        if self.document_type == "credit_note":
            return (
                "manual",
                "no_transaction",
                self.env._(
                    "Amazon takes a credit note only with its own transaction ID, "
                    "which VCS Lite data alone tell. Upload it in Seller Central."
                ),
            )
        if not self.order_id._get_amazon_shipped_at():
            return (
                "waiting",
                "not_shipped",
                self.env._(
                    "Order %(order)s is not shipped yet. Amazon takes its invoice "
                    "after the shipment is confirmed.",
                    order=self.order_ref,
                ),
            )
        return "queued", False, False

    def _get_data_gate(self, data):
        """Return ``(state, code, reason)`` by Amazon's own figures (VCS Lite)."""
        if not data:
            return (
                "waiting",
                "no_data",
                self.env._(
                    "No VCS Lite data of this sale yet: Amazon gives them once it is "
                    "shipped. Request the report “VCS Lite: VAT invoice data” if they "
                    "stay away."
                ),
            )
        if data._get_progress_at_amazon() == "done":
            theirs = data.invoice_number
            if theirs in (False, self.move_id.name):
                return (
                    "accepted",
                    "accepted",
                    self.env._("Amazon has the document already."),
                )
            return (
                "manual",
                "another_document",
                self.env._(
                    "Amazon has the document %(theirs)s for this transaction, and "
                    "takes one only. Compare both, and remove the wrong one.",
                    theirs=theirs,
                ),
            )
        if self.document_type == "credit_note" and not data.transaction_ref:
            return (
                "manual",
                "no_transaction",
                self.env._("Amazon gave no transaction ID for this credit note."),
            )
        if difference := data._describe_difference():
            return (
                "manual",
                "totals_differ",
                self.env._(
                    "%(difference)s Amazon would refuse it: correct it with a credit "
                    "note and make the document from the VAT invoice data.",
                    difference=difference,
                ),
            )
        return "queued", False, False

    @api.model
    def _update_waiting(self, account):
        """Let documents into the queue whose time has come."""
        self.search(
            [("account_id", "=", account.id), ("state", "=", "waiting")]
        )._pass_gate()

    # === TO AMAZON === #

    @api.model
    def _get_due_domain(self, account):
        return [
            ("account_id", "=", account.id),
            ("state", "in", ("queued", "sending")),
            "|",
            ("next_attempt", "=", False),
            ("next_attempt", "<=", fields.Datetime.now()),
        ]

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
        except (SellingPartnerError, UserError) as error:
            # Nothing was sent: the account is not connected, or a setting is wrong.
            uploads.write({"reason_code": "not_connected", "reason": str(error)})
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

    def _send_safely(self, client, commit):
        """Send one document; return whether the next one may be tried."""
        try:
            if self._send(client, commit):
                commit()
                self._pause()
        except SellingPartnerError as error:
            self._note_error(error)
            commit()
            return isinstance(error, DataError)
        except UserError as error:
            self.write(
                {"state": "manual", "reason_code": "not_made", "reason": str(error)}
            )
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # Somebody else changed it: the next run goes on.
            self.env.cr.rollback()
        except Exception as error:
            # One document that nobody foresaw must not stop all others.
            self.env.cr.rollback()
            _logger.exception("Upload %s fails", self.id)
            self.write(
                {
                    "state": "sending" if self.state == "sending" else "failed",
                    "next_attempt": fields.Datetime.now() + UNCLEAR_RETRY,
                    "reason_code": "unexpected",
                    "reason": self.env._(
                        "An unexpected error (%(error)s); the server log has its "
                        "details. Pass this on to your administrator, then upload "
                        "again.",
                        error=type(error).__name__,
                    ),
                }
            )
        return True

    def _pause(self):
        time.sleep(SECONDS_BETWEEN)

    def _send(self, client, commit):
        """Send the document unless Amazon has it; return whether it was sent now."""
        self.ensure_one()
        if self.state == "sending":
            # The answer to the last attempt got lost: Amazon may have the document.
            if feed_id := self._find_feed(client):
                self._set_sent(feed_id)
                return False
            self.state = "queued"
        if self._is_given_up():
            return False
        state, code, reason = self._get_gate()
        if state != "queued":
            self.write({"state": state, "reason_code": code, "reason": reason})
            return False
        content = self.move_id._get_amazon_pdf()
        document_id = client.upload_feed_document(content, "application/pdf")
        now = fields.Datetime.now()
        self.write(
            {
                "state": "sending",
                "sending_at": now,
                "attempts": self.attempts + 1,
                "first_attempt_at": self.first_attempt_at or now,
                "reason_code": False,
                "reason": False,
            }
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
        return True

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
        self.write(
            {
                "state": "sent",
                "feed_id": feed_id,
                "feed_status": False,
                "sent_at": self.sending_at or fields.Datetime.now(),
                "next_attempt": False,
                "reason_code": False,
                "reason": False,
                "error_code": False,
                "error_text": False,
            }
        )

    # === WHAT GOES WRONG === #

    def _is_given_up(self):
        """Give a document up that was tried too often, or too long."""
        now = fields.Datetime.now()
        first = self.first_attempt_at
        if self.attempts < MAX_ATTEMPTS and not (first and first + MAX_AGE < now):
            return False
        self.write(
            {
                "state": "failed",
                "reason_code": "given_up",
                "reason": self.env._(
                    "Not accepted after %(attempts)s attempts since %(first)s. The "
                    "last error stands below: put its cause right, then upload again, "
                    "or upload the document in Seller Central.",
                    attempts=self.attempts,
                    first=first,
                ),
            }
        )
        return True

    def _note_error(self, error):
        """Store what went wrong on the way to Amazon.

        :param error: a ``SellingPartnerError``
        """
        account = self.account_id
        account._note_api_error(error)
        explanation = account._explain_error(error)
        now = fields.Datetime.now()
        if isinstance(error, (RetryableError, AnswerError)):
            seconds = getattr(error, "seconds", UNCLEAR_RETRY.total_seconds())
            vals = {
                "next_attempt": now + timedelta(seconds=seconds),
                "reason_code": "retry",
                "reason": explanation,
            }
            if self.state == "sending" and not getattr(error, "maybe_done", True):
                # Amazon surely has nothing: no need to look for it there.
                vals["state"] = "queued"
            self.write(vals)
        elif isinstance(error, (AuthorizationError, RoleMissingError)):
            waiting = self.search(
                [
                    ("account_id", "=", account.id),
                    ("state", "in", ("queued", "sending")),
                ]
            )
            waiting.write(
                {
                    "next_attempt": now + ACCOUNT_RETRY,
                    "reason_code": "not_connected",
                    "reason": explanation,
                }
            )
            if self.state == "sending":
                self.state = "queued"
        else:
            self._refuse(f"{error.code or ''} {error.details or error.message}")

    # === ACTIONS === #

    def action_upload(self):
        """Upload documents now, once more where Amazon has refused them."""
        self.check_access("read")
        uploads = self.sudo()
        for upload in uploads:
            if upload.state in ("sending", "sent", "accepted"):
                raise UserError(
                    self.env._(
                        "%(number)s is at Amazon already (%(state)s): it is not "
                        "uploaded twice.",
                        number=upload.number,
                        state=dict(
                            self._fields["state"]._description_selection(self.env)
                        )[upload.state],
                    )
                )
        uploads.write(
            {
                "asked_by_person": True,
                "attempts": 0,
                "first_attempt_at": False,
                "next_attempt": False,
                "error_code": False,
                "error_text": False,
            }
        )
        uploads._pass_gate()
        self.env.ref("amazon_order_import.ir_cron_upload_invoices").sudo()._trigger()
        return True

    def action_set_aside(self):
        """Leave documents to a person, who uploads them in Seller Central or not."""
        self.check_access("read")
        busy = self.filtered(lambda upload: upload.state in ("sending", "sent"))
        if busy:
            raise UserError(
                self.env._(
                    "%(number)s is at Amazon already; wait for its answer.",
                    number=busy[0].number,
                )
            )
        self.sudo().write(
            {
                "state": "manual",
                "asked_by_person": False,
                "reason_code": "set_aside",
                "reason": self.env._("Set aside by %s.", self.env.user.name),
            }
        )
        return True

    def action_mark_accepted(self):
        """Note that a person uploaded the documents in Seller Central."""
        self.check_access("read")
        self.sudo().write(
            {
                "state": "accepted",
                "next_attempt": False,
                "reason_code": "elsewhere",
                "reason": self.env._(
                    "Uploaded in Seller Central, says %s.", self.env.user.name
                ),
            }
        )
        return True

    def action_view_document(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_upload(self):
        """Make the documents of VCS Lite, send what is due, and look after the rest."""
        commit = self.env["ir.cron"]._commit_progress
        finished = True
        for account in self.env["amazon.account"].search([("region", "=", "eu")]):
            account = account._for_responsible(account)
            finished &= account.env[self._name]._run(account, commit)
        if not finished:
            # Odoo runs the action again at once, not after its interval.
            commit(remaining=1)

    @api.model
    def _run(self, account, commit):
        """Do for one account what can be done now; return whether that is all.

        :param account: ``amazon.account`` record
        :param commit: function that commits and returns the seconds left
        """
        if not self.env["amazon.vat.invoice.maker"].make_due(account, commit):
            return False
        self._update_waiting(account)
        commit()
        if not self._send_due(account, commit):
            return False
        self._follow(account, commit)
        return True
