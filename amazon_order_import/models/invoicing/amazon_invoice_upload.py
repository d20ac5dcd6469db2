from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...messages import MessageText, message

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
    ("aside", "Set Aside"),
]
#: Nothing is to be done any more.
CLOSED_STATES = ("accepted", "aside")


class AmazonInvoiceUpload(models.Model):
    """The way of one document to Amazon: one record per document, so never twice.

    waiting (not shipped, or no VCS Lite data yet) --> queued --> sending --> sent
        --> accepted | refused (Amazon says why)
    queued | sending --> failed (tried too often, or too long)
    waiting | queued --> manual (something has to be decided or put right first)
    manual | refused | failed | aside --(a person)--> queued
    waiting | manual | queued | refused | failed --(a person)--> aside

    ``sending`` is committed before Amazon is told: if the answer gets lost, the next
    run looks for the feed at Amazon before it sends anything again.
    """

    _name = "amazon.invoice.upload"
    _description = "Upload of an Invoice to Amazon"
    _inherit = ["amazon.sending"]
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
    reason = MessageText(readonly=True, help="What it waits for, or why it stopped")
    asked_by_person = fields.Boolean(readonly=True)
    attempts = fields.Integer(readonly=True)
    first_attempt_at = fields.Datetime("First Attempt", readonly=True)
    next_attempt = fields.Datetime(readonly=True)
    sending_at = fields.Datetime("Sending Since", readonly=True)
    sent_at = fields.Datetime("Sent", readonly=True)
    feed_id = fields.Char("Feed ID", readonly=True, index="btree_not_null")
    feed_status = fields.Char("Status of the Feed", readonly=True)
    error_code = fields.Char(readonly=True)
    error_text = MessageText("Amazon Says", readonly=True)
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
    @api.depends_context("lang", "tz")
    def _compute_summary(self):
        for upload in self:
            refused = upload.state in ("refused", "failed") and upload.explanation
            upload.summary = refused or upload.reason

    @api.depends("state", "due_at")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for upload in self:
            upload.is_late = (
                upload.state not in CLOSED_STATES
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
        service = order._get_amazon_vat_service()
        if not account or account.region != "eu" or service == "vcs":
            return False
        if service == "vcs_lite" or by_person:
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
        self.sudo()._note(
            message("upload_set_aside", user=self.env.user.name),
            state="aside",
            asked_by_person=False,
            next_attempt=False,
        )
        return True

    def action_mark_accepted(self):
        """Note that a person uploaded the documents in Seller Central."""
        self.check_access("read")
        self.sudo()._note(
            message("upload_elsewhere", user=self.env.user.name),
            state="accepted",
            next_attempt=False,
        )
        return True

    def action_view_document(self):
        self.check_access("read")
        self.ensure_one()
        return self.move_id._get_records_action()

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
