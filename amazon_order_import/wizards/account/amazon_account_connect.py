from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.account.amazon_account_connection import SECRET_GROUP


class AmazonAccountConnect(models.TransientModel):
    """The dialog in which an account is authorised, for the first time or anew.

    Amazon administrators use it without ever seeing a secret: what is entered here is
    taken over into the account and forgotten.
    """

    _name = "amazon.account.connect"
    _description = "Connect an Account with Amazon"

    account_id = fields.Many2one("amazon.account", required=True, ondelete="cascade")
    region = fields.Selection(related="account_id.region")
    authorization_method = fields.Selection(
        related="account_id.authorization_method", readonly=False
    )
    has_client = fields.Boolean(compute="_compute_has_client")
    client_id = fields.Char("Client ID", groups=SECRET_GROUP)
    client_secret = fields.Char(groups=SECRET_GROUP)
    refresh_token = fields.Char()
    application_id = fields.Char(related="account_id.application_id", readonly=False)
    is_draft_application = fields.Boolean(
        related="account_id.is_draft_application", readonly=False
    )
    seller_central_marketplace_id = fields.Many2one(
        related="account_id.seller_central_marketplace_id", readonly=False
    )
    redirect_uri = fields.Char(related="account_id.redirect_uri")
    is_redirect_secure = fields.Boolean(compute="_compute_is_redirect_secure")

    @api.depends("account_id")
    def _compute_has_client(self):
        for wizard in self:
            wizard.has_client = wizard.account_id._has_client()

    @api.depends("redirect_uri")
    def _compute_is_redirect_secure(self):
        for wizard in self:
            wizard.is_redirect_secure = (wizard.redirect_uri or "").startswith("https:")

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        wizards.account_id.check_access("write")
        return wizards

    def _take_client(self):
        """Take client ID and secret over into the account, if they were entered."""
        wizard = self.sudo()
        if not self.env.user.has_group(SECRET_GROUP):
            return
        values = {
            "lwa_client_id": wizard.client_id,
            "lwa_client_secret": wizard.client_secret,
        }
        wizard.write({"client_id": False, "client_secret": False})
        self.account_id.write({name: v for name, v in values.items() if v})

    def action_open_amazon(self):
        """Go to Amazon's consent page; it leads back to the account."""
        self.ensure_one()
        self.account_id.check_access("write")
        self._take_client()
        return self.account_id._get_consent_action()

    def action_save(self):
        """Take over what was entered and test the connection."""
        self.ensure_one()
        account = self.account_id
        account.check_access("write")
        self._take_client()
        token = (self.refresh_token or "").strip()
        self.refresh_token = False
        if token and not account._has_client():
            raise UserError(
                self.env._(
                    "A refresh token works only together with the client ID and the "
                    "client secret of the same application. A system administrator "
                    "enters them here first."
                )
            )
        if token:
            account._store_authorization({"lwa_refresh_token": token})
        elif not account.has_credentials:
            raise UserError(self.env._("Paste the refresh token that Amazon shows."))
        action = (
            account.action_test_connection()
            if not token
            else account._show_connection()
        )
        action["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return action
