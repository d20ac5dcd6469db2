from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.account.amazon_account_connection import SECRET_GROUP

#: What is typed in here, and where it goes at once.
SECRETS = {
    "client_id": "lwa_client_id",
    "client_secret": "lwa_client_secret",
    "refresh_token": "lwa_refresh_token",
}


class AmazonAccountConnect(models.TransientModel):
    """The dialog in which an account is authorised, for the first time or anew.

    Amazon administrators use it without ever seeing a secret. What is typed in is
    never stored here: saving the dialog moves it into the account's credentials, or
    fails and leaves it nowhere.
    """

    _name = "amazon.account.connect"
    _inherit = ["amazon.wizard"]
    _description = "Connect an Account with Amazon"

    account_id = fields.Many2one("amazon.account", required=True, ondelete="cascade")
    region = fields.Selection(related="account_id.region", related_sudo=False)
    authorization_method = fields.Selection(
        related="account_id.authorization_method", related_sudo=False, readonly=False
    )
    has_client = fields.Boolean(compute="_compute_has_client")
    client_id = fields.Char(
        "Client ID", groups=SECRET_GROUP, store=False, inverse="_inverse_secrets"
    )
    client_secret = fields.Char(
        groups=SECRET_GROUP, store=False, inverse="_inverse_secrets"
    )
    refresh_token = fields.Char(store=False, inverse="_inverse_secrets")
    has_new_token = fields.Boolean(readonly=True)
    application_id = fields.Char(
        related="account_id.application_id", related_sudo=False, readonly=False
    )
    is_draft_application = fields.Boolean(
        related="account_id.is_draft_application", related_sudo=False, readonly=False
    )
    seller_central_marketplace_id = fields.Many2one(
        related="account_id.seller_central_marketplace_id",
        related_sudo=False,
        readonly=False,
    )
    redirect_uri = fields.Char(related="account_id.redirect_uri", related_sudo=False)
    is_redirect_secure = fields.Boolean(compute="_compute_is_redirect_secure")

    @api.depends("account_id")
    def _compute_has_client(self):
        for wizard in self:
            account = wizard.account_id._filtered_access("read")
            wizard.has_client = account._has_client()

    @api.depends("redirect_uri")
    def _compute_is_redirect_secure(self):
        for wizard in self:
            wizard.is_redirect_secure = (wizard.redirect_uri or "").startswith("https:")

    def _inverse_secrets(self):
        """Move what was typed in into the account.

        :raise AccessError: where the user may not change the account
        :raise UserError: a refresh token without the application that it belongs to
        """
        wizards = self.sudo()
        # Read before anything is written, which could drop what is stored nowhere.
        texts = [
            {name: (wizard[name] or "").strip() for name in SECRETS}
            for wizard in wizards
        ]
        for wizard, typed in zip(wizards, texts, strict=True):
            values = {SECRETS[name]: value for name, value in typed.items() if value}
            if not values:
                continue
            account = wizard.account_id
            account.with_env(self.env).check_access("write")
            account.write(values)
            if not typed["refresh_token"]:
                continue
            if not account._has_client():
                raise UserError(
                    self.env._(
                        "A refresh token works only together with the client ID and "
                        "the client secret of the same application. A system "
                        "administrator enters them here first."
                    )
                )
            wizard.has_new_token = True

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        wizards._forget_secrets()
        return wizards

    def write(self, vals):
        result = super().write(vals)
        self._forget_secrets()
        return result

    def _forget_secrets(self):
        """Have nothing of what was typed in answer a request to read the dialog."""
        self.invalidate_recordset(list(SECRETS), flush=False)

    def _check_links(self, names):
        result = super()._check_links(names)
        if "account_id" in names:
            self.account_id.check_access("write")
        return result

    def action_open_amazon(self):
        """Go to Amazon's consent page; it leads back to the account."""
        self.check_access("read")
        self.ensure_one()
        self.account_id.check_access("write")
        return self.account_id._get_consent_action()

    def action_save(self):
        """Test the connection with what was entered."""
        self.check_access("read")
        self.ensure_one()
        account = self.account_id
        account.check_access("write")
        if self.has_new_token:
            self.has_new_token = False
            account._store_authorization({})
            action = account._show_connection()
        elif account.has_credentials:
            action = account.action_test_connection()
        else:
            raise UserError(self.env._("Paste the refresh token that Amazon shows."))
        action["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return action
