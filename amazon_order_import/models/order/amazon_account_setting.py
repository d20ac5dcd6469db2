from odoo import api, models


class AmazonAccountSetting(models.AbstractModel):
    """A row of a table of settings: the account's history tells of its changes."""

    _name = "amazon.account.setting"
    _description = "Row of an Amazon Account's Settings"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._tell_account(self.env._("added"))
        return rows

    def write(self, vals):
        result = super().write(vals)
        labels = [
            self._fields[name]._description_string(self.env)
            for name in vals
            if name in self._fields
        ]
        self._tell_account(self.env._("changed (%s)", ", ".join(labels)))
        return result

    @api.ondelete(at_uninstall=False)
    def _tell_of_removal(self):
        self._tell_account(self.env._("removed"))

    def _tell_account(self, what):
        """Note on the accounts what a person has done to their rows.

        Rows that come with a new account are made by Odoo itself.
        """
        if self.env.su:
            return
        for account, rows in self.grouped("account_id").items():
            account.sudo().message_post(
                body=self.env._(
                    "%(table)s: %(rows)s %(what)s",
                    table=self._description,
                    rows=", ".join(rows.mapped("display_name")),
                    what=what,
                ),
                author_id=self.env.user.partner_id.id,
            )
