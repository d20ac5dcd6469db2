from odoo import api, fields, models

from ...messages import MessageText
from ...trusted_context import Trusted

OUTCOMES = [
    ("created", "Created"),
    ("updated", "Updated"),
    ("unchanged", "Unchanged"),
    ("cancelled", "Cancelled"),
    ("ignored", "Ignored"),
    ("waiting", "Waiting"),
    ("error", "Error"),
]
OPEN_OUTCOMES = ("waiting", "error")
#: Outcomes of rows whose order, or whatever they tell of, is in Odoo.
IMPORTED_OUTCOMES = ("created", "updated", "unchanged")


class AmazonReportRow(models.Model):
    _name = "amazon.report.row"
    _description = "Row of an Amazon Report"
    _order = "report_id desc, number"
    _rec_name = "number"

    report_id = fields.Many2one(
        "amazon.report", required=True, index=True, ondelete="cascade"
    )
    account_id = fields.Many2one(related="report_id.account_id", store=True)
    company_id = fields.Many2one(related="report_id.company_id", store=True)
    number = fields.Integer(
        "Row", required=True, help="Number of the row in the file, without the header"
    )
    raw = fields.Json("Values", help="The cells of the row as the file gives them")
    raw_text = fields.Text("As Received", compute="_compute_raw_text")
    order_ref = fields.Char("Amazon Order", index="btree_not_null")
    sku = fields.Char("SKU")
    row_key = fields.Char(help="What identifies the row within its order")
    outcome = fields.Selection(OUTCOMES, required=True, index=True)
    needs_attention = fields.Boolean(
        help="The row is imported, but a person should look at its order"
    )
    message = MessageText(help="Why the row has this outcome, and what to do next")
    code = fields.Char(help="Technical name of the reason")
    sale_order_id = fields.Many2one(
        "sale.order", "Order", index="btree_not_null", ondelete="set null"
    )
    is_order_deleted = fields.Boolean(
        compute="_compute_is_order_deleted",
        help="The row became an order that somebody has deleted since",
    )
    vat_invoice_id = fields.Many2one(
        "amazon.vat.invoice",
        "VAT Invoice Data",
        index="btree_not_null",
        ondelete="set null",
    )
    order_line_ids = fields.Many2many(
        "sale.order.line", string="Order Lines", compute="_compute_order_line_ids"
    )
    offer_id = fields.Many2one(
        "amazon.offer",
        "SKU Mapping",
        index="btree_not_null",
        ondelete="set null",
        help="The SKU for whose product the row waits",
    )
    vat_document_id = fields.Many2one(
        "amazon.vat.document",
        "VAT Document",
        index="btree_not_null",
        ondelete="set null",
    )
    vat_line_id = fields.Many2one(
        "amazon.vat.document.line", index="btree_not_null", ondelete="set null"
    )

    return_id = fields.Many2one(
        "amazon.return", index="btree_not_null", ondelete="set null"
    )

    _number_unique = models.UniqueIndex(
        "(report_id, number)", "This row of the report exists already."
    )
    _open_rows = models.Index(
        "(company_id, order_ref) WHERE outcome IN ('waiting', 'error')"
    )

    def _compute_display_name(self):
        for row in self:
            row.display_name = self.env._(
                "%(report)s, row %(number)s",
                report=row.report_id.display_name,
                number=row.number,
            )

    def _compute_raw_text(self):
        for row in self:
            row.raw_text = "\n".join(
                f"{column}: {value}" for column, value in (row.raw or {}).items()
            )

    @api.depends("report_id.kind", "outcome", "code", "sale_order_id")
    def _compute_is_order_deleted(self):
        for row in self:
            row.is_order_deleted = (
                "_orders_" in row.report_id.kind
                and row.outcome in IMPORTED_OUTCOMES
                # Another report may have told that it was cancelled.
                and row.code != "settled_elsewhere"
                and not row.sale_order_id
            )

    @api.depends("sale_order_id.order_line.amazon_row_key", "row_key")
    def _compute_order_line_ids(self):
        for row in self:
            # The key of a shipment that got its id later is another one.
            row.order_line_ids = row.sale_order_id.order_line.filtered(
                lambda line, row=row: (
                    line.amazon_row_id == row
                    or (row.row_key and line.amazon_row_key == row.row_key)
                )
            )

    def _filter_unread(self, report_id):
        """Return those rows that could not be read, of a report or later ones."""
        return self.filtered(
            lambda row: row.outcome == "error" and row.report_id.id >= report_id
        )

    def action_view_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.sale_order_id.id,
            "view_mode": "form",
        }

    def action_import_without_order(self):
        """Import returns whose order is not in Odoo, and will not be."""
        rows = self.filtered(
            lambda row: row.outcome == "waiting" and row.code == "unknown_order"
        )
        rows.check_access("read")
        self.env["amazon.return.importer"].sudo().with_context(
            amazon_without_order=Trusted()
        ).import_again(rows.sudo())
        return True
