from odoo import Command, api, fields, models

from ...models.report.amazon_report_row import OUTCOMES

#: A preview is waited for: no more rows than take some ten seconds.
PREVIEW_ROWS = 1000


class AmazonReportPreview(models.TransientModel):
    _name = "amazon.report.preview"
    _inherit = ["amazon.wizard"]
    _description = "Preview of an Amazon Report"

    report_id = fields.Many2one("amazon.report", readonly=True)
    upload_id = fields.Many2one("amazon.report.upload", readonly=True)
    state = fields.Char(readonly=True)
    failure_reason = fields.Text(readonly=True)
    is_complete = fields.Boolean(readonly=True)
    created_count = fields.Integer("Created", readonly=True)
    updated_count = fields.Integer("Updated", readonly=True)
    unchanged_count = fields.Integer("Unchanged", readonly=True)
    cancelled_count = fields.Integer("Cancelled", readonly=True)
    ignored_count = fields.Integer("Ignored", readonly=True)
    waiting_count = fields.Integer("Waiting", readonly=True)
    error_count = fields.Integer("Errors", readonly=True)
    line_ids = fields.One2many("amazon.report.preview.line", "preview_id")

    @api.model
    def _show(self, get_preview, values):
        """Return the action that shows a preview.

        :param get_preview: function of the greatest number of rows that returns what
            ``amazon.report.preview()`` returns
        :param dict values: ``report_id`` or ``upload_id``
        """
        result = get_preview(PREVIEW_ROWS)
        preview = self.create(
            {
                **values,
                "state": result["state"],
                "failure_reason": result["failure_reason"],
                "is_complete": result["complete"],
                **{
                    f"{outcome}_count": result["totals"].get(outcome, 0)
                    for outcome, _label in OUTCOMES
                },
                "line_ids": [Command.create(row) for row in result["rows"]],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview"),
            "res_model": self._name,
            "res_id": preview.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_process(self):
        """Do what was previewed."""
        self.check_access("read")
        self.ensure_one()
        left_out = self._get_left_out()
        if self.upload_id:
            return self.upload_id._upload(left_out)
        report = self.report_id
        report._leave_out(left_out)
        if report.state not in ("ready", "processing"):
            report._process_again()
        report._process_soon()
        return {"type": "ir.actions.act_window_close"}

    def _get_left_out(self):
        """Return the numbers of the orders of which a row is not wanted."""
        lines = self.line_ids.filtered(lambda line: not line.is_wanted)
        return sorted(set(lines.mapped("order_ref")) - {False, ""})


class AmazonReportPreviewLine(models.TransientModel):
    _name = "amazon.report.preview.line"
    _inherit = ["amazon.wizard"]
    _description = "Row in the Preview of an Amazon Report"
    _order = "number"

    preview_id = fields.Many2one(
        "amazon.report.preview", required=True, index=True, ondelete="cascade"
    )
    is_wanted = fields.Boolean(
        "Import", default=True, help="Off: the order of this row is not imported"
    )
    number = fields.Integer("Row")
    order_ref = fields.Char("Amazon Order")
    sku = fields.Char("SKU")
    outcome = fields.Selection(OUTCOMES)
    code = fields.Char()
    message = fields.Text()
    needs_attention = fields.Boolean()
    sale_order_id = fields.Many2one("sale.order", "Known Order")
