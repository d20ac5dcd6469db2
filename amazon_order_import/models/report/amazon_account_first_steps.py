from odoo import api, models

from ...report_formats.kinds import ORDER_KINDS
from ..account.first_step import FirstStep


class AmazonAccount(models.Model):
    """The first steps about reports: a first file, and from when on."""

    _inherit = "amazon.account"

    def _get_first_steps(self):
        return [
            *super()._get_first_steps(),
            FirstStep(
                self.env._("Channels and start"),
                self.env._(
                    "Say from when on you want orders; the marketplaces are the "
                    "channels of the account. A file brings its own."
                ),
                self._has_read_orders(),
                ((self.env._("Open the account"), "action_open_first"),)
                if self
                else (),
            ),
        ]

    def _is_fed(self):
        return super()._is_fed() or self._has_read_orders()

    def _has_read_orders(self):
        """Whether a report of orders of these accounts has been read."""
        return bool(
            self.env["amazon.report"].search_count(
                [
                    ("account_id", "in", self.ids),
                    ("kind", "in", ORDER_KINDS),
                    ("row_count", ">", 0),
                ],
                limit=1,
            )
        )

    @api.model
    def action_upload_first_file(self):
        """Open the upload of a report file."""
        self.check_access("read")
        return self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_upload_action"
        )

    @api.model
    def action_open_first(self):
        """Open the account that is to be set up next."""
        self.check_access("read")
        accounts = self.search([])
        unfinished = accounts.filtered(
            lambda account: account.first_run_state == "open"
        )
        return (unfinished or accounts)[:1]._get_records_action()
