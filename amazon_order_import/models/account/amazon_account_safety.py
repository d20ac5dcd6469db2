from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import str2bool

from ...selling_partner import is_plain_http
from ...selling_partner.errors import DataError
from .amazon_account_connection import SECRET_GROUP

ENDPOINT_FIELDS = ("sp_api_endpoint", "lwa_endpoint", "seller_central_endpoint")
#: System parameter that allows endpoints with http beyond this machine.
PLAIN_HTTP = "amazon_order_import.allow_plain_http"


class AmazonAccount(models.Model):
    """Who may talk to Amazon by this account, how, and who changed that."""

    _inherit = "amazon.account"

    def write(self, vals):
        changed = self._find_changed_secrets(vals)
        result = super().write(vals)
        for account, labels in changed.items():
            # What was changed and by whom, never the values.
            account.message_post(
                body=self.env._("Changed: %s", ", ".join(labels)),
                author_id=self.env.user.partner_id.id,
            )
        return result

    def _find_changed_secrets(self, vals):
        """Return the labels of what only system administrators read and vals change.

        :return: dict ``{account: [label]}``
        """
        names = [
            name
            for name in vals
            if name in self._fields and self._fields[name].groups == SECRET_GROUP
        ]
        changed = {}
        for account in self.sudo() if names else ():
            labels = [
                self._fields[name]._description_string(self.env)
                for name in names
                if account[name] != (vals[name] or False)
            ]
            if labels:
                changed[account] = labels
        return changed

    # === BEFORE EACH CALL === #

    def _get_client(self):
        self.ensure_one()
        self._check_may_talk()
        self._check_encryption()
        return super()._get_client()

    def _check_may_talk(self):
        """Refuse to talk to Amazon for a user who may not see the account.

        Whoever called may have become `sudo` to read settings: that gives nobody the
        right to use the authorisation. Scheduled actions run as Odoo itself.

        :raise AccessError: the user has no right to the account
        """
        self.sudo(False).check_access("read")

    @api.constrains(*ENDPOINT_FIELDS)
    def _check_endpoints(self):
        """Refuse addresses at which secrets and orders would travel in the clear."""
        for account in self.sudo():
            if name := account._find_plain_http():
                raise ValidationError(
                    self.env._(
                        "%(field)s of the account %(account)s: use https. An address "
                        "with http sends credentials and orders in the clear and is "
                        "for this machine only (localhost), unless the system "
                        "parameter %(parameter)s is set to True.",
                        field=self._fields[name]._description_string(self.env),
                        account=account.name,
                        parameter=PLAIN_HTTP,
                    )
                )

    def _find_plain_http(self):
        """Return the name of an endpoint with http beyond this machine, or None."""
        parameters = self.env["ir.config_parameter"].sudo()
        if str2bool(parameters.get_param(PLAIN_HTTP) or "", False):
            return None
        return next(
            filter(lambda name: is_plain_http(self[name]), ENDPOINT_FIELDS), None
        )

    def _check_encryption(self):
        """Check the endpoints again before they are used: they may be older.

        :raise DataError: one of them sends secrets in the clear
        """
        if self.sudo()._find_plain_http():
            raise DataError(
                "An endpoint of the account is an http address of another machine."
                " Use https, or have a system administrator allow it.",
                code="invalid_endpoint",
            )
