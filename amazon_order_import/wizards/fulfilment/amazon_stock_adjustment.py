from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class AmazonStockAdjustment(models.TransientModel):
    """What would be booked to bring Odoo's FBA stock to what Amazon counted."""

    _name = "amazon.stock.adjustment"
    _inherit = ["amazon.wizard"]
    _description = "Booking of FBA Stock Differences"

    snapshot_ids = fields.Many2many("amazon.stock.snapshot", readonly=True)
    line_ids = fields.One2many("amazon.stock.adjustment.line", "adjustment_id")
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    units = fields.Float(digits="Product Unit", compute="_compute_totals")
    value = fields.Monetary(compute="_compute_totals")
    is_bookable = fields.Boolean(compute="_compute_totals")
    note = fields.Text(readonly=True)

    @api.depends("line_ids.is_chosen", "line_ids.skipped")
    def _compute_totals(self):
        for adjustment in self:
            lines = adjustment.line_ids.filtered(
                lambda line: line.is_chosen and not line.skipped
            )
            adjustment.units = sum(abs(line.quantity) for line in lines)
            adjustment.value = sum(lines.mapped("value"))
            adjustment.is_bookable = bool(lines)

    @api.model
    def _show(self, snapshots, differences=None):
        """Return the action that shows what would be booked.

        :param snapshots: ``amazon.stock.snapshot`` records
        :param differences: ``amazon.stock.difference`` chosen, None: all
        """
        snapshots.company_id.ensure_one()
        reasons = {snapshot: snapshot._explain_unbookable() for snapshot in snapshots}
        chosen = None
        if differences is not None:
            chosen = {(d.snapshot_id, d.product_id) for d in differences}
        lines = [
            {
                "snapshot_id": a.snapshot.id,
                "product_id": a.product.id,
                "place": "sellable" if a.sellable else "unsellable",
                "quantity": a.quantity,
                "value": a.value,
                "skipped": reasons[a.snapshot] or a.skipped or False,
                "is_chosen": not (reasons[a.snapshot] or a.skipped),
            }
            for a in self.env["amazon.stock.adjuster"].sudo().plan(snapshots)
            if chosen is None or (a.snapshot, a.product) in chosen
        ]
        adjustment = self.create(
            {
                "snapshot_ids": [Command.set(snapshots.ids)],
                "company_id": snapshots.company_id.id,
                "line_ids": [Command.create(line) for line in lines],
                "note": "\n".join(filter(None, reasons.values())) or False,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Book Differences"),
            "res_model": self._name,
            "res_id": adjustment.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_book(self):
        """Book the chosen lines, as they were shown."""
        self.check_access("read")
        self.ensure_one()
        self.snapshot_ids._check_may_book()
        adjuster = self.env["amazon.stock.adjuster"].sudo()
        lines = self.line_ids.filtered(lambda line: line.is_chosen and not line.skipped)
        if not lines:
            raise UserError(self.env._("Choose what is to be booked."))
        shown = {
            (line.snapshot_id, line.product_id, line.place == "sellable"): line
            for line in lines
        }
        moves = self.env["stock.move"].sudo()
        planned = {a.key: a for a in adjuster.plan(self.snapshot_ids.sudo())}
        for key, line in shown.items():
            now = planned.get(key)
            if not now or now.quantity != line.quantity:
                raise UserError(
                    self.env._(
                        "The difference of %(product)s changed since you looked. Open "
                        "Amazon > Stock > Differences again.",
                        product=line.product_id.display_name,
                    )
                )
        for snapshot, group in lines.grouped("snapshot_id").items():
            moves |= adjuster.book(
                snapshot,
                [
                    planned[line.snapshot_id, line.product_id, line.place == "sellable"]
                    for line in group
                ],
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._(
                    "Booked: %(count)s inventory moves.", count=len(moves)
                ),
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


class AmazonStockAdjustmentLine(models.TransientModel):
    _name = "amazon.stock.adjustment.line"
    _inherit = ["amazon.wizard"]
    _description = "Line of FBA Stock Differences to Book"

    adjustment_id = fields.Many2one(
        "amazon.stock.adjustment", required=True, index=True, ondelete="cascade"
    )
    snapshot_id = fields.Many2one("amazon.stock.snapshot", readonly=True)
    stock_pool = fields.Char(related="snapshot_id.stock_pool")
    product_id = fields.Many2one("product.product", readonly=True)
    place = fields.Selection(
        [("sellable", "Sellable"), ("unsellable", "Unsellable")], readonly=True
    )
    quantity = fields.Float("Units to Book", digits="Product Unit", readonly=True)
    value = fields.Monetary("Value at Cost", readonly=True)
    currency_id = fields.Many2one(related="adjustment_id.currency_id")
    is_chosen = fields.Boolean("Book")
    skipped = fields.Char("Not Booked Because", readonly=True)
