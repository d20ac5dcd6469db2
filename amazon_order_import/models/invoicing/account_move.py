from odoo import api, fields, models

from ...messages import message
from ...trusted_context import get_trusted


class AccountMove(models.Model):
    _inherit = "account.move"

    amazon_vat_document_ids = fields.One2many(
        "amazon.vat.document", "move_id", "Amazon VAT Documents", copy=False
    )
    amazon_vat_invoice_ids = fields.One2many(
        "amazon.vat.invoice", "move_id", "VAT Invoice Data", copy=False
    )
    amazon_order_ref = fields.Char(
        "Amazon Order",
        compute="_compute_amazon_order_ref",
        search="_search_amazon_order_ref",
    )

    @api.depends("line_ids.sale_line_ids.order_id.amazon_order_ref")
    def _compute_amazon_order_ref(self):
        for move in self:
            refs = move._get_amazon_orders().mapped("amazon_order_ref")
            move.amazon_order_ref = ", ".join(refs) or False

    def _search_amazon_order_ref(self, operator, value):
        return [
            (
                "line_ids.sale_line_ids.order_id.amazon_order_ref",
                operator,
                value,
            )
        ]

    def _get_amazon_orders(self):
        """Return the Amazon orders that the document is for."""
        # Who reads an invoice need not be allowed to read its order.
        orders = self.sudo().line_ids.sale_line_ids.order_id
        return (orders | self.sudo().amazon_vat_invoice_ids.sale_order_id).filtered(
            "amazon_order_ref"
        )

    @api.depends("line_ids.sale_line_ids")
    def _compute_partner_bank_id(self):
        # Amazon has the money: no bank account is printed on what the buyer gets.
        result = super()._compute_partner_bank_id()
        for move in self:
            if move.move_type in ("out_invoice", "out_refund") and (
                move._is_for_amazon_buyer()
            ):
                move.partner_bank_id = False
        return result

    def _is_for_amazon_buyer(self):
        return bool(self._get_amazon_orders())

    # === AMAZON'S OWN DOCUMENTS === #

    def unlink(self):
        self.check_access("unlink")
        documents = self.sudo().amazon_vat_document_ids
        result = super().unlink()
        documents.write(
            {
                "entry_state": "none",
                "entry_message": message("entry_deleted"),
            }
        )
        return result

    @api.depends("amazon_vat_document_ids")
    def _compute_made_sequence_gap(self):
        result = super()._compute_made_sequence_gap()
        # Amazon counts, and shares its numbers among all kinds of documents.
        self.filtered(lambda move: move._has_amazon_number()).made_sequence_gap = False
        return result

    def _set_next_made_sequence_gap(self, made_gap):
        return super(
            AccountMove, self.filtered(lambda move: not move._has_amazon_number())
        )._set_next_made_sequence_gap(made_gap)

    def _has_amazon_number(self):
        self.ensure_one()
        return self.name in self.sudo().amazon_vat_document_ids.mapped("number")

    def _match_amazon_documents(self):
        """Have Amazon's documents find what they waited for: it is posted now."""
        if get_trusted(self.env, "amazon_booking"):
            return
        documents = self._get_amazon_orders().sudo().amazon_vat_document_ids
        if waiting := documents.filtered(lambda doc: doc.entry_state == "waiting"):
            self.env["amazon.vat.document.booker"].sudo().book(waiting)

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._match_amazon_documents()
        return posted
