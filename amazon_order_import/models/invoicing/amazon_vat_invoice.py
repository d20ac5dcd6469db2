from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...messages import MessageText, Money, Name, holds_message, message

TRANSACTION_TYPES = [
    ("shipment", "Shipment"),
    ("return", "Return"),
    ("refund", "Refund"),
]
#: States in which a document is still to be made.
OPEN_STATES = ("waiting", "to_invoice", "attention")


class AmazonVatInvoice(models.Model):
    """An invoice or credit note that the seller has to make, with Amazon's figures.

    waiting (its order is not in Odoo) --> to_invoice --> invoiced
        | attention (a person has to look) | amazon (Amazon invoices it itself)

    Amounts of the lines are as Amazon delivers them; those of the document have the
    signs of a document: credit notes are negative.
    """

    _name = "amazon.vat.invoice"
    _description = "VAT Invoice Data (VCS Lite)"
    _order = "id desc"
    _rec_name = "reference"
    _check_company_auto = True

    account_id = fields.Many2one(
        "amazon.account", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    order_ref = fields.Char("Amazon Order", required=True, index=True, readonly=True)
    sale_order_id = fields.Many2one(
        "sale.order",
        "Order",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        check_company=True,
    )
    marketplace_id = fields.Many2one("amazon.marketplace", "Channel", readonly=True)
    transaction_type = fields.Selection(
        TRANSACTION_TYPES, "Transaction", required=True, readonly=True
    )
    reference = fields.Char(
        required=True,
        readonly=True,
        help="Amazon's transaction ID; that of a shipment is its shipping ID",
    )
    shipping_ref = fields.Char("Shipping ID", index="btree_not_null", readonly=True)
    transaction_ref = fields.Char("Transaction ID", readonly=True)
    document_type = fields.Selection(
        [("invoice", "Invoice"), ("credit_note", "Credit Note")],
        compute="_compute_amounts",
        store=True,
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting for the Order"),
            ("to_invoice", "To Invoice"),
            ("invoiced", "Invoiced"),
            ("amazon", "Invoiced by Amazon"),
            ("elsewhere", "Invoiced Elsewhere"),
            ("attention", "To Do"),
        ],
        required=True,
        default="waiting",
        index=True,
        readonly=True,
    )
    state_note = MessageText(
        "Why", readonly=True, help="Why there is no document yet, and what to do"
    )
    amazon_status = fields.Char("Status at Amazon", readonly=True)
    amazon_status_description = fields.Text("Amazon Says", readonly=True)
    invoice_number = fields.Char(
        "Number at Amazon",
        readonly=True,
        help="The number of the document that Amazon has got",
    )
    is_amazon_invoiced = fields.Boolean("Invoiced by Amazon", readonly=True)
    is_corrected = fields.Boolean("Correction", readonly=True)
    original_invoice_number = fields.Char("Corrects Invoice", readonly=True)
    correction_details = fields.Text(readonly=True)
    order_date = fields.Datetime("Ordered", readonly=True)
    shipment_date = fields.Datetime("Shipped", readonly=True)
    buyer_vat = fields.Char("Buyer's VAT Number", readonly=True)
    seller_vat = fields.Char("Seller's VAT Number", readonly=True)
    billing = fields.Json(
        readonly=True,
        help="Name and address that a correction has, until its contact is found",
    )
    billing_partner_id = fields.Many2one(
        "res.partner",
        "Corrected Billing Address",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    is_business = fields.Boolean("Business Order", readonly=True)
    purchase_order_number = fields.Char("Buyer's Purchase Order", readonly=True)
    citations = fields.Json(readonly=True, help="Legal texts by code of language")
    citation = fields.Text(compute="_compute_citation")
    is_export = fields.Boolean("Export Outside the EU", readonly=True)
    ship_from_code = fields.Char("Shipped From", readonly=True)
    ship_to_code = fields.Char("Shipped To", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    line_ids = fields.One2many(
        "amazon.vat.invoice.line", "vat_invoice_id", "Amounts", readonly=True
    )
    amount_untaxed = fields.Monetary("Net", compute="_compute_amounts", store=True)
    amount_tax = fields.Monetary("VAT", compute="_compute_amounts", store=True)
    amount_total = fields.Monetary("Total", compute="_compute_amounts", store=True)
    move_id = fields.Many2one(
        "account.move",
        "Document",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        check_company=True,
    )
    upload_ids = fields.One2many("amazon.invoice.upload", "vat_invoice_id")
    upload_state = fields.Selection(
        related="upload_ids.state", string="Upload State", readonly=True
    )
    report_id = fields.Many2one(
        "amazon.report",
        "Latest Report",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    row_ids = fields.One2many("amazon.report.row", "vat_invoice_id", "Report Rows")

    _document_unique = models.UniqueIndex(
        "(account_id, order_ref, transaction_type, reference)",
        "This transaction of Amazon is in the list already.",
    )
    _move_unique = models.UniqueIndex(
        "(move_id) WHERE move_id IS NOT NULL",
        "This document belongs to another transaction of Amazon already.",
    )

    @api.depends("transaction_type", "reference", "order_ref")
    def _compute_display_name(self):
        labels = dict(self._fields["transaction_type"]._description_selection(self.env))
        for document in self:
            label = labels.get(document.transaction_type)
            document.display_name = f"{label} {document.reference}"

    @api.depends(
        "transaction_type",
        "line_ids.amount_untaxed",
        "line_ids.amount_tax",
        "line_ids.amount_total",
    )
    def _compute_amounts(self):
        for document in self:
            lines = document.line_ids
            sign = document._get_sign()
            currency = document.currency_id
            for name in ("amount_untaxed", "amount_tax", "amount_total"):
                document[name] = currency.round(sign * sum(lines.mapped(name)))
            is_credit = document.amount_total < 0 or (
                document.transaction_type != "shipment" and not document.amount_total
            )
            document.document_type = "credit_note" if is_credit else "invoice"

    def _get_sign(self):
        """Return -1 where Amazon writes what it gives back without a minus.

        Whether rows of returns are negative is documented nowhere; their documents
        always are. The signs within a document stay as they are.
        """
        self.ensure_one()
        given_back = self.transaction_type in ("return", "refund")
        corrects = self.is_corrected
        total = sum(self.line_ids.mapped("amount_total"))
        return -1 if given_back and not corrects and total > 0 else 1

    def _takes_refund_back(self):
        """Whether what Amazon gave back before is the seller's again.

        Then the amounts have another sign than those of what the order got back first.
        """
        self.ensure_one()
        gives_back = self.sale_order_id.amazon_vat_invoice_ids.filtered(
            lambda document: document.transaction_type in ("return", "refund")
            and not document.is_corrected
            and document.line_ids
        )
        if self not in gives_back:
            return False

        def is_above(document):
            total = sum(document.line_ids.mapped("amount_total"))
            return document.currency_id.compare_amounts(total, 0.0)

        first = gives_back.sorted("id").filtered(is_above)[:1]
        return bool(first) and is_above(self) == -is_above(first)

    def _get_age_key(self):
        """Return what sorts documents by when Amazon said what they hold.

        A correction comes after what it corrects.
        """
        self.ensure_one()
        report = self.report_id
        return self.is_corrected, report._get_age_key() if report else (), self.id

    def _get_unread_rows(self):
        """Return rows of the latest report that could not be read."""
        self.ensure_one()
        return self.row_ids._filter_unread(self.report_id)

    def _get_progress_at_amazon(self):
        """Return how far the document of the transaction is at Amazon.

        :return: ``done``: Amazon has one; ``processing``: it looks at one; ``pending``
            or ``refused``: it has none
        """
        self.ensure_one()
        status = (self.amazon_status or "").lower()
        if any(word in status for word in ("fail", "error", "reject")):
            return "refused"
        if not status or "pending" in status:
            return "pending"
        return "processing" if "process" in status else "done"

    @api.depends("citations")
    @api.depends_context("lang")
    def _compute_citation(self):
        for document in self:
            document.citation = document._get_citation(self.env.lang)

    def _get_citation(self, lang):
        """Return the legal text to print, in the language that fits best, or ``""``.

        :param str lang: code of Odoo's language, e.g. ``de_DE``
        """
        self.ensure_one()
        texts = self.citations or {}
        wanted = (lang or "en")[:2]
        return (
            texts.get(wanted) or texts.get("en") or next(iter(texts.values()), "") or ""
        )

    def unlink(self):
        self.check_access("unlink")
        guard = self.env["amazon.refund.guard"]
        for company, documents in self.grouped("company_id").items():
            guard.forget(company, "vat_data", documents.mapped("reference"))
        return super().unlink()

    # === ORDERS === #

    @api.model
    def _join_waiting(self, company, order_refs):
        """Join documents that came before their orders.

        :param company: ``res.company`` record
        :param order_refs: Amazon order numbers that have been imported
        """
        waiting = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "waiting"),
                ("order_ref", "in", list(order_refs)),
            ]
        )
        waiting._join_orders()

    def _join_orders(self):
        """Link documents to their orders, as far as Odoo has them by now."""
        open_documents = self.filtered(lambda document: not document.sale_order_id)
        if not open_documents:
            return
        orders = {
            (order.company_id, order.amazon_order_ref): order
            for order in self.env["sale.order"].search(
                [
                    ("company_id", "in", open_documents.company_id.ids),
                    ("amazon_order_ref", "in", open_documents.mapped("order_ref")),
                ]
            )
        }
        joined = self.browse()
        for document in open_documents:
            if order := orders.get((document.company_id, document.order_ref)):
                joined |= document
                document.sale_order_id = order
        joined.filtered(lambda document: document.state == "waiting").write(
            {"state": "to_invoice", "state_note": False}
        )
        for order, documents in joined.grouped("sale_order_id").items():
            rows = documents.row_ids.filtered(lambda row: row.outcome == "waiting")
            rows.write(
                {
                    "outcome": "created",
                    "code": False,
                    "message": False,
                    "sale_order_id": order.id,
                }
            )
        self.env["amazon.vat.invoice.settler"].settle(joined)
        joined.row_ids.report_id._update_attention()

    # === DOCUMENTS === #

    def _set_state(self, state, note=None):
        """Store how far documents are, and why; tell a person what needs one.

        :param note: `Message`, or None
        """
        for document in self:
            if document.state == state and holds_message(document, "state_note", note):
                continue
            document.write({"state": state, "state_note": note})
            if state == "attention" and document.sale_order_id:
                document.sale_order_id._schedule_amazon_activity(note)

    def _describe_difference(self):
        """Return how the Odoo document differs from Amazon's totals, or None.

        :rtype: Message
        """
        self.ensure_one()
        move, currency = self.move_id, self.currency_id
        total, tax = abs(self.amount_total), abs(self.amount_tax)
        pairs = ((move.amount_total, total), (move.amount_tax, tax))
        if move.currency_id == currency and not any(
            currency.compare_amounts(odoo, amazon) for odoo, amazon in pairs
        ):
            return None
        return message(
            "vat_data_differs",
            move=Name.of(move),
            total=Money(move.amount_total, move.currency_id.id),
            tax=Money(move.amount_tax, move.currency_id.id),
            amazon_total=Money(total, currency.id),
            amazon_tax=Money(tax, currency.id),
        )

    def action_make_document(self):
        """Make the invoices or credit notes now, whatever the account's setting."""
        self.check_access("read")
        if not self.env["account.move"].has_access("create"):
            raise AccessError(
                self.env._("Making invoices needs the right to invoicing in Odoo.")
            )
        documents = self.sudo()
        documents.filtered(
            lambda d: d.state in ("attention", "elsewhere")
        ).state = "to_invoice"
        self.env["amazon.vat.invoice.maker"].sudo().make(documents, by_person=True)
        if len(self) == 1 and self.move_id:
            return self.action_view_document()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_view_document(self):
        self.check_access("read")
        self.ensure_one()
        return self.move_id._get_records_action()

    def action_view_order(self):
        self.check_access("read")
        self.ensure_one()
        return self.sale_order_id._get_records_action()

    def action_view_rows(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_row_action"
        )
        action["domain"] = [("vat_invoice_id", "=", self.id)]
        return action
