import re

from odoo import fields, models
from odoo.exceptions import UserError

from ...trusted_context import get_trusted

#: What Amazon takes in the number of a document (amazon-reports.md 6.2). It trims
#: spaces, so that a number with spaces may come out as another one.
NUMBER = re.compile(r"[0-9A-Za-z,/\\\-_;:#]+")
#: How many numbers a message names.
MAX_NAMES = 5


class AccountMove(models.Model):
    """The way of documents to Amazon."""

    _inherit = "account.move"

    amazon_upload_ids = fields.One2many(
        "amazon.invoice.upload", "move_id", "Uploads to Amazon", copy=False
    )
    amazon_upload_state = fields.Selection(
        related="amazon_upload_ids.state", string="Upload to Amazon", readonly=True
    )

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._queue_amazon_uploads()
        return posted

    def _queue_amazon_uploads(self):
        """Put posted documents into the upload queue, as their accounts want it."""
        if get_trusted(self.env, "amazon_preview"):
            return
        moves = self.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type in ("out_invoice", "out_refund")
                and move._get_amazon_orders()
            )
        )
        if moves:
            self.env["amazon.invoice.upload"].sudo()._create_for(moves)

    def action_amazon_upload(self):
        """Upload chosen documents to Amazon, whatever the account's setting."""
        self.check_access("read")
        self.env["amazon.invoice.upload"].check_access("read")
        wrong = self.filtered(
            lambda move: (
                move.state != "posted"
                or move.move_type not in ("out_invoice", "out_refund")
                or len(move._get_amazon_orders()) != 1
            )
        )
        if wrong:
            raise UserError(
                self.env._(
                    "Only posted invoices and credit notes of one Amazon order can be "
                    "uploaded. Leave out: %(names)s.",
                    names=", ".join(wrong[:MAX_NAMES].mapped("display_name")),
                )
            )
        Upload = self.env["amazon.invoice.upload"].sudo()
        missing = self.filtered(lambda move: not move.sudo().amazon_upload_ids)
        Upload._create_for(missing, by_person=True)
        uploads = self.sudo().amazon_upload_ids
        if len(uploads) < len(self):
            raise UserError(
                self.env._(
                    "Amazon takes no invoices for the channel or the account of: "
                    "%(names)s.",
                    names=", ".join(
                        (self - uploads.move_id)[:MAX_NAMES].mapped("display_name")
                    ),
                )
            )
        uploads.with_env(self.env).action_upload()
        return self.action_view_amazon_uploads()

    def action_view_amazon_uploads(self):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_invoice_upload_action"
        )
        action["domain"] = [("move_id", "in", self.ids)]
        action["context"] = {}
        uploads = self.amazon_upload_ids
        if len(uploads) == 1:
            action.update(view_mode="form", views=[(False, "form")], res_id=uploads.id)
        return action
