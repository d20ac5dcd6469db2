import re
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...messages import MessageText

DOCUMENT_TYPES = [
    ("invoice", "Invoice"),
    ("credit_note", "Credit Note"),
    ("simplified_invoice", "Simplified Invoice (Spain)"),
    ("simplified_credit_note", "Simplified Credit Note (Spain)"),
    ("oss_invoice", "OSS Invoice"),
    ("oss_credit_note", "OSS Credit Note"),
    ("deemed_invoice", "Deemed Supply Invoice"),
    ("deemed_credit_note", "Deemed Supply Credit Note"),
    ("receipt", "Receipt"),
]
ENTRY_STATES = [
    ("none", "Not Booked"),
    ("waiting", "Waiting"),
    ("posted", "Booked"),
    ("matched", "Matched"),
    ("difference", "Differs"),
    ("failed", "Failed"),
]
#: Hosts of Amazon's own pages; other links are shown but cannot be clicked. The
#: endings are listed one by one: anybody may own a name like amazon.xy.io.
_AMAZON_HOST = re.compile(
    r"(?:[a-z0-9-]+\.)*amazon"
    r"\.(?:ae|ca|cn|co\.jp|co\.uk|co\.za|com|com\.au|com\.be|com\.br|com\.mx|com\.tr"
    r"|de|eg|es|fr|ie|in|it|nl|pl|sa|se|sg)"
)


def is_amazon_link(url):
    """Whether a link leads to Amazon by http or https, and nowhere else."""
    try:
        parts = urlsplit(url or "")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and "@" not in parts.netloc
        and bool(_AMAZON_HOST.fullmatch(host))
    )


class AmazonVatDocument(models.Model):
    """An invoice, credit note or receipt that Amazon issued in the seller's name.

    One per number and account; its lines are the rows of Amazon's report. Amounts
    have Amazon's signs: those of credit notes are below zero.
    """

    _name = "amazon.vat.document"
    _description = "Amazon VAT Document"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _rec_name = "number"
    _check_company_auto = True
    _mail_post_access = "read"

    number = fields.Char(required=True, readonly=True)
    account_id = fields.Many2one(
        "amazon.account", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    document_type = fields.Selection(
        DOCUMENT_TYPES, "Type", required=True, readonly=True
    )
    is_refund = fields.Boolean("Gives Back", readonly=True)
    transaction_type = fields.Char(
        "Transaction as Told",
        readonly=True,
        help="SHIPMENT: a parcel; RETURN: goods came back; REFUND: money only",
    )
    transaction_ref = fields.Char("Transaction ID", readonly=True)
    shipment_ref = fields.Char("Shipment", readonly=True)
    date = fields.Date(
        readonly=True, help="Day of the shipment, or of the return or refund"
    )
    order_date = fields.Date("Ordered", readonly=True)
    marketplace_id = fields.Many2one("amazon.marketplace", "Channel", readonly=True)
    order_ref = fields.Char("Amazon Order", readonly=True, required=True)
    sale_order_id = fields.Many2one(
        "sale.order",
        "Order",
        readonly=True,
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_untaxed = fields.Monetary("Net", compute="_compute_amounts", store=True)
    amount_tax = fields.Monetary("Tax", compute="_compute_amounts", store=True)
    amount_total = fields.Monetary("Total", compute="_compute_amounts", store=True)
    amount_due = fields.Monetary(
        "To Book",
        compute="_compute_amount_due",
        help="What the journal entry comes to: the total, without tax that Amazon "
        "owes itself",
    )
    line_ids = fields.One2many("amazon.vat.document.line", "document_id", readonly=True)

    scheme = fields.Char("Tax Scheme as Told", readonly=True)
    responsibility = fields.Char("Tax Owed By, as Told", readonly=True)
    is_collected_by_amazon = fields.Boolean(
        "Deemed Supply",
        readonly=True,
        help="Amazon owes the tax: you supply to Amazon, Amazon supplies to the buyer",
    )
    is_export = fields.Boolean("Export Outside EU", readonly=True)
    jurisdiction = fields.Char(readonly=True)
    seller_vat = fields.Char("Seller's Tax Number", readonly=True)
    seller_vat_country = fields.Char("Seller's Tax Country", readonly=True)
    buyer_vat = fields.Char("Buyer's Tax Number", readonly=True)
    buyer_vat_country = fields.Char("Buyer's Tax Country", readonly=True)
    buyer_vat_type = fields.Char("Kind of Number", readonly=True)
    buyer_type = fields.Selection(
        [("consumer", "Consumer"), ("business", "Business")],
        "Buyer",
        compute="_compute_buyer_type",
        store=True,
    )
    ship_from_country_id = fields.Many2one("res.country", "Ships From", readonly=True)
    ship_to_country_id = fields.Many2one("res.country", "Ships To", readonly=True)
    return_country_id = fields.Many2one(
        "res.country",
        "Returned To",
        readonly=True,
        help="Where the goods came back; that may make VAT due there",
    )
    invoice_currency_id = fields.Many2one("res.currency", "Tax Currency", readonly=True)
    exchange_rate = fields.Float(readonly=True, digits=(16, 10), aggregator=False)
    exchange_rate_date = fields.Date(readonly=True)
    converted_tax = fields.Monetary(
        compute="_compute_converted_tax",
        store=True,
        currency_field="invoice_currency_id",
        help="Amazon's tax in the currency of the tax authority",
    )
    is_corrected = fields.Boolean("Corrected", readonly=True)
    correction_details = fields.Char(readonly=True)
    original_number = fields.Char(readonly=True)
    original_id = fields.Many2one(
        "amazon.vat.document",
        "Original Document",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    successor_ids = fields.One2many(
        "amazon.vat.document",
        "original_id",
        "Credited or Corrected By",
        readonly=True,
    )
    url = fields.Char("Link", readonly=True)
    safe_url = fields.Char("Amazon's File", compute="_compute_safe_url")
    e_invoice_status = fields.Char("E-Invoice", readonly=True)
    e_invoice_error = fields.Char("E-Invoice Error", readonly=True)

    move_id = fields.Many2one(
        "account.move",
        "Journal Entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    entry_state = fields.Selection(
        ENTRY_STATES, "Booking", required=True, readonly=True, default="none"
    )
    entry_message = MessageText(
        "Why Not Booked", readonly=True, help="Why, and what to do next"
    )
    can_book = fields.Boolean(compute="_compute_can_book")
    order_difference = MessageText(
        "Difference to the Order",
        readonly=True,
        help="Where the order in Odoo holds other amounts and stands, as it is "
        "invoiced, locked or cancelled",
    )
    needs_attention = fields.Boolean(
        "To Do", compute="_compute_needs_attention", search="_search_needs_attention"
    )
    row_ids = fields.One2many("amazon.report.row", "vat_document_id", readonly=True)

    _number_unique = models.UniqueIndex(
        "(account_id, number)", "This document of Amazon's is in the list already."
    )
    _order_ref_index = models.Index("(company_id, order_ref)")
    _original_number_index = models.Index(
        "(account_id, original_number) WHERE original_number IS NOT NULL"
    )

    @api.depends("line_ids.amount_untaxed", "line_ids.amount_tax")
    def _compute_amounts(self):
        for document in self:
            lines = document.line_ids
            untaxed = sum(lines.mapped("amount_untaxed"))
            tax = sum(lines.mapped("amount_tax"))
            document.amount_untaxed = untaxed
            document.amount_tax = tax
            document.amount_total = untaxed + tax

    @api.depends("amount_untaxed", "amount_total", "is_collected_by_amazon")
    def _compute_amount_due(self):
        for document in self:
            document.amount_due = (
                document.amount_untaxed
                if document.is_collected_by_amazon
                else document.amount_total
            )

    @api.depends("line_ids.converted_tax")
    def _compute_converted_tax(self):
        for document in self:
            document.converted_tax = sum(document.line_ids.mapped("converted_tax"))

    @api.depends("buyer_vat")
    def _compute_buyer_type(self):
        for document in self:
            document.buyer_type = "business" if document.buyer_vat else "consumer"

    @api.depends("url")
    def _compute_safe_url(self):
        for document in self:
            document.safe_url = document.url if is_amazon_link(document.url) else False

    @api.depends("move_id.state", "move_id.payment_state", "entry_state")
    def _compute_can_book(self):
        """Whether there is no entry, or none that stands any more."""
        for document in self:
            move = document.move_id
            document.can_book = (
                not move
                or move.state == "cancel"
                # A person's own invoice that was wrong, and is credited.
                or (
                    document.entry_state == "difference"
                    and move.payment_state == "reversed"
                    and move.name != document.number
                )
            )

    @api.depends("entry_state", "order_difference", "sale_order_id")
    def _compute_needs_attention(self):
        for document in self:
            document.needs_attention = bool(
                document.entry_state in ("difference", "failed")
                or document.order_difference
                or not document.sale_order_id
            )

    def _search_needs_attention(self, operator, value):
        if operator != "in":
            return NotImplemented
        return (
            Domain("entry_state", "in", ("difference", "failed"))
            | Domain("order_difference", "!=", False)
            | Domain("sale_order_id", "=", False)
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        for document in self.filtered("move_id"):
            raise UserError(
                self.env._(
                    "%(number)s is booked as %(entry)s and cannot be deleted.",
                    number=document.number,
                    entry=document.move_id.display_name,
                )
            )

    def unlink(self):
        self.check_access("unlink")
        self.row_ids.write({"vat_document_id": False, "vat_line_id": False})
        guard = self.env["amazon.refund.guard"]
        for company, documents in (
            self.filtered("is_refund").grouped("company_id").items()
        ):
            guard.forget(company, "vat_document", documents.mapped("number"))
        return super().unlink()

    def _takes_refund_back(self):
        """Whether what Amazon gave back before is the seller's again."""
        self.ensure_one()
        return self.is_refund and (
            self.currency_id.compare_amounts(self.amount_due, 0.0) > 0
        )

    def _get_superseded(self):
        """Return those of these documents that a later one of Amazon's replaces."""
        return self.filtered(
            lambda document: any(
                not successor.is_refund for successor in document.successor_ids
            )
        )

    def _get_unread_rows(self):
        """Return rows of the document's latest report that could not be read."""
        self.ensure_one()
        return self.row_ids._filter_unread(self.line_ids.report_id._get_latest())

    # === ACTIONS === #

    def action_book(self):
        """Make or match the journal entries of documents that have none yet.

        :raise AccessError: where the user neither invoices nor administers Amazon
        """
        self.check_access("read")
        if not self.env.su and not any(
            self.env.user.has_group(group)
            for group in (
                "account.group_account_invoice",
                "amazon_order_import.group_amazon_manager",
            )
        ):
            raise AccessError(
                self.env._(
                    "Booking Amazon's invoices is up to those who make invoices, or to "
                    "an Amazon administrator."
                )
            )
        self.env["amazon.vat.document.booker"].sudo().book(self)
        return True

    def action_open_link(self):
        self.check_access("read")
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.safe_url, "target": "new"}

    def action_view_move(self):
        self.check_access("read")
        self.ensure_one()
        return self.move_id._get_records_action()

    def action_view_rows(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_row_action"
        )
        action["domain"] = [("vat_document_id", "=", self.id)]
        return action
