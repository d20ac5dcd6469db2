from odoo import api, fields, models


class AmazonRefund(models.Model):
    """A refund that Amazon told of, and the credit note in Odoo that holds it.

    What a person credits in Odoo needs no such record: the credit note itself says
    it. See ``amazon.refund.guard``, which makes these records.
    """

    _name = "amazon.refund"
    _description = "Refund Told by Amazon"
    _order = "id desc"
    _rec_name = "reference"
    _check_company_auto = True

    sale_order_id = fields.Many2one(
        "sale.order", "Order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="sale_order_id.company_id", store=True, readonly=True
    )
    source = fields.Selection(
        [
            ("vat_document", "Amazon's credit note (VCS)"),
            ("vat_data", "VAT invoice data (VCS Lite)"),
        ],
        required=True,
        readonly=True,
    )
    reference = fields.Char(
        required=True,
        readonly=True,
        help="What identifies the refund at Amazon: the number of its credit note, or "
        "its transaction",
    )
    amount = fields.Monetary(
        readonly=True, help="What the buyer gets back, tax included"
    )
    currency_id = fields.Many2one(related="sale_order_id.currency_id")
    move_id = fields.Many2one(
        "account.move",
        "Credit Note",
        check_company=True,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The credit note that holds this refund; empty until somebody books it",
    )

    _reference_unique = models.UniqueIndex(
        "(company_id, source, reference)", "This refund is known already."
    )

    def _is_booked(self):
        self.ensure_one()
        return bool(self.move_id) and self.move_id.state != "cancel"

    @api.depends("source", "reference")
    def _compute_display_name(self):
        labels = dict(self._fields["source"]._description_selection(self.env))
        for refund in self:
            refund.display_name = f"{labels[refund.source]} {refund.reference}"
