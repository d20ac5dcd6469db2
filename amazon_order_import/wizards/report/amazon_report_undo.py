from collections import Counter

from odoo import Command, api, fields, models


class AmazonReportUndo(models.TransientModel):
    _name = "amazon.report.undo"
    _inherit = ["amazon.wizard"]
    _description = "Taking Back an Amazon Report"

    report_id = fields.Many2one("amazon.report", required=True, readonly=True)
    is_done = fields.Boolean(readonly=True)
    order_count = fields.Integer("Orders to Remove", readonly=True)
    row_count = fields.Integer("Added Items to Take Off", readonly=True)
    record_count = fields.Integer("Other Records to Remove", readonly=True)
    is_empty = fields.Boolean(compute="_compute_is_empty")
    line_ids = fields.One2many("amazon.report.undo.line", "undo_id", readonly=True)

    @api.depends("order_count", "row_count", "record_count")
    def _compute_is_empty(self):
        for undo in self:
            undo.is_empty = not (
                undo.order_count or undo.row_count or undo.record_count
            )

    @api.model
    def _show(self, report):
        """Return the action that shows what taking back a report would do."""
        plan = report.sudo()._plan_undo()
        counts = Counter()
        for step in plan:
            counts[step.counted] += step.size
        undo = self.create(
            {
                "report_id": report.id,
                "order_count": counts["orders"],
                "row_count": counts["lines"],
                "record_count": counts["records"],
                "line_ids": [
                    Command.create(kept)
                    for step in plan
                    if step.reason
                    for kept in report.sudo()._describe_kept(step)
                ],
            }
        )
        return undo._open()

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take Back"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_undo(self):
        """Take the report back and show what is kept."""
        self.check_access("read")
        self.ensure_one()
        result = self.report_id.undo()
        self.write(
            {
                "is_done": True,
                "order_count": result["orders_removed"],
                "row_count": result["lines_removed"],
                "record_count": result["records_removed"],
                "line_ids": [
                    Command.clear(),
                    *(Command.create(kept) for kept in result["kept"]),
                ],
            }
        )
        return self._open()


class AmazonReportUndoLine(models.TransientModel):
    _name = "amazon.report.undo.line"
    _inherit = ["amazon.wizard"]
    _description = "What Taking Back an Amazon Report Keeps"
    _order = "number"

    undo_id = fields.Many2one(
        "amazon.report.undo", required=True, index=True, ondelete="cascade"
    )
    number = fields.Integer("Row")
    order_ref = fields.Char("Amazon Order")
    sale_order_id = fields.Many2one("sale.order", "Order")
    reason = fields.Text()
