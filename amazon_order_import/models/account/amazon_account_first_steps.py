from dataclasses import asdict

from odoo import api, models

from .first_step import FirstStep


class AmazonAccount(models.Model):
    """From the empty database to the first order; each domain knows its steps."""

    _inherit = "amazon.account"

    @api.model
    def get_first_steps(self):
        """Return what the panel above the overview shows, or ``[]`` where all is done.

        :return: list of dicts with the fields of `FirstStep`
        """
        self.check_access("read")
        steps = self.search([])._get_first_steps()
        if all(step.is_done for step in steps):
            return []
        return [asdict(step) for step in steps]

    def _get_first_steps(self):
        """Return the steps, in their order, for these accounts; filled by domains.

        :return: list of `FirstStep`
        """
        return [
            FirstStep(
                self.env._("Connect or upload"),
                self.env._(
                    "Connect your seller account with Amazon, or begin with a report "
                    "file that you have."
                ),
                self._is_fed(),
                self._get_connect_buttons(),
            )
        ]

    def _is_fed(self):
        """Whether any of these accounts gets reports."""
        return any(account.has_credentials for account in self)

    def _get_connect_buttons(self):
        buttons = ((self.env._("Upload a file"), "action_upload_first_file"),)
        if self.has_access("create"):
            connect = (self.env._("Connect"), "action_connect_first")
            buttons = (connect, *buttons)
        return buttons

    @api.model
    def action_connect_first(self):
        """Open the account that is not connected yet, or a new one."""
        self.check_access("create")
        accounts = self.search([]).filtered(lambda account: not account.has_credentials)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_account_action"
        )
        action.update(
            view_mode="form", views=[(False, "form")], res_id=accounts[:1].id or False
        )
        return action
