from odoo import Command, fields, models
from odoo.exceptions import UserError

from ...report_formats.order_numbers import find_order_numbers

#: Each is looked for on its own: more would be waited for too long.
MAX_NUMBERS = 200


class AmazonOrderList(models.TransientModel):
    """A pasted list of order numbers: what became of each, and what to do with all."""

    _name = "amazon.order.list"
    _inherit = ["amazon.wizard"]
    _description = "List of Amazon Order Numbers"

    numbers = fields.Text(
        "Order Numbers",
        help="As you have them: one below the other, with commas, from a spreadsheet",
    )
    line_ids = fields.One2many("amazon.order.list.line", "list_id", readonly=True)

    def action_find(self):
        """Say of each number what became of it."""
        self.check_access("read")
        self.ensure_one()
        refs = find_order_numbers(self.numbers or "")
        if not refs:
            raise UserError(
                self.env._(
                    "There is no Amazon order number in it. One looks like "
                    "302-1234567-1234567."
                )
            )
        if len(refs) > MAX_NUMBERS:
            raise UserError(
                self.env._(
                    "Paste at most %(count)s numbers at once.", count=MAX_NUMBERS
                )
            )
        Finder = self.env["amazon.order.finder"]
        finders = [Finder.new({"query": ref}) for ref in refs]
        self.line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "order_ref": ref,
                        "level": finder.level,
                        "title": finder.title,
                        "sale_order_id": finder.sale_order_id.id,
                    }
                )
                for ref, finder in zip(refs, finders, strict=True)
            ),
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Find Several Orders"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_view_orders(self):
        """List the orders that are in Odoo."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.sale_order_action"
        )
        action["domain"] = [("id", "in", self.line_ids.sale_order_id.ids)]
        return action

    def action_view_uploads(self):
        """List the documents of these orders in the upload queue, to choose there."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_invoice_upload_action"
        )
        action["domain"] = [("order_id", "in", self.line_ids.sale_order_id.ids)]
        return action

    def action_unlock(self):
        """Open the dialogue that unlocks own invoices of these orders."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_vat_unlock_action"
        )
        action["context"] = {
            "active_model": "sale.order",
            "active_ids": self.line_ids.sale_order_id.ids,
        }
        return action
