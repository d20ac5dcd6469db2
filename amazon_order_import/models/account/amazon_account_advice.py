from odoo import api, fields, models

from ...messages import compose, message
from ...selling_partner.errors import (
    AuthorizationError,
    RetryableError,
    RoleMissingError,
)
from .amazon_account_connection import WORKING_STATES
from .amazon_account_expiry import EXPIRY_WARNINGS

#: How a state of the connection is shown; any other one: that it does not work.
LEVELS = {
    "not_connected": "muted",
    "connected": "success",
    "unreachable": "warning",
    "role_missing": "warning",
}
#: What helps in a state of the connection.
CURES = {
    "not_connected": "connect",
    "unreachable": "test",
    "role_missing": "roles",
    "unauthorized": "connect",
    "credentials": "credentials",
}
#: Reasons of Amazon's refusals that have a message of the same name.
KNOWN_REFUSALS = ("invalid_grant", "invalid_client", "unauthorized_client", "no_access")


class AmazonAccount(models.Model):
    """What the state of a connection and Amazon's errors mean, and what helps."""

    _inherit = "amazon.account"

    connection_title = fields.Char(
        "Status", compute="_compute_connection_message", compute_sudo=True
    )
    connection_message = fields.Text(
        "Explanation", compute="_compute_connection_message", compute_sudo=True
    )
    connection_level = fields.Selection(
        [
            ("muted", "Not connected"),
            ("success", "Works"),
            ("warning", "Needs care soon"),
            ("danger", "Does not work"),
        ],
        compute="_compute_connection_message",
        compute_sudo=True,
    )
    connection_cure = fields.Selection(
        [
            ("none", "Nothing to do"),
            ("connect", "Connect with Amazon"),
            ("credentials", "Enter credentials"),
            ("test", "Test connection"),
            ("roles", "See missing roles"),
        ],
        compute="_compute_connection_message",
        compute_sudo=True,
    )

    duplicate_warning = fields.Text(
        compute="_compute_duplicate_warning", compute_sudo=True
    )

    @api.depends(
        "connection_state",
        "connection_reason",
        "authorization_expires",
        "secret_expires",
        "authorization_method",
        "channel_ids",
        "access_ids.state",
    )
    @api.depends_context("lang", "uid")
    def _compute_connection_message(self):
        labels = dict(self._fields["connection_state"]._description_selection(self.env))
        for account in self:
            state = account.connection_state
            account.connection_title = labels[state]
            account.connection_level = LEVELS.get(state, "danger")
            account.connection_cure = CURES.get(state, "none")
            if state == "not_connected" and account.has_credentials:
                account.connection_cure = "test"
            account.connection_message = compose(
                self.env, account._get_advice_message()
            )
            if state in WORKING_STATES and (expiry := account._get_next_expiry()):
                account._set_expiry_message(*expiry)

    def _set_expiry_message(self, what, days):
        """Say on an account that works what expires soon."""
        text = compose(self.env, self._get_expiry_message(what, days))
        if self.connection_state == "connected":
            self.connection_title = self._get_expiry_title(what, days)
            self.connection_message = text
        else:
            self.connection_message = f"{text}\n{self.connection_message}"
        self.connection_level = "danger" if days < EXPIRY_WARNINGS[-1] else "warning"
        self.connection_cure = "connect" if what == "authorization" else "credentials"

    def _get_expiry_title(self, what, days):
        if days < 0:
            return self.env._("Connected, renewal overdue")
        if what == "authorization":
            return self.env._("Connected, expires in %(days)s days", days=days)
        return self.env._(
            "Connected, client secret expires in %(days)s days", days=days
        )

    # === WHAT IT MEANS === #

    def _get_advice_message(self):
        """Return what the state means in plain words, and what to do next."""
        self.ensure_one()
        state, reason = self.connection_state, self.connection_reason
        if state == "connected":
            names = self.channel_ids.marketplace_id.mapped("name")
            return message("connected", names=", ".join(names) or "-")
        if state == "not_connected":
            return message("untested" if self.has_credentials else "not_connected")
        if state == "role_missing":
            return self._get_missing_roles_message()
        if state == "unreachable":
            codes = {"setting": "wrong_setting", "unexpected_answer": "not_amazon"}
            return message(codes.get(reason, "amazon_unreachable"))
        return self._get_refusal_message(reason)

    def _get_refusal_message(self, reason):
        """Return what it means that Amazon refuses the credentials, and the cure.

        :param str reason: see ``AuthorizationError.reason``
        """
        expired = self.authorization_expires
        if (
            reason == "invalid_grant"
            and expired
            and expired < fields.Datetime.now().date()
        ):
            return message("authorization_expired", date=expired)
        return message(reason if reason in KNOWN_REFUSALS else "authorization_refused")

    def _get_error_message(self, error, kind=None):
        """Return an error of Amazon in plain words, with what to do next.

        :param error: a ``SellingPartnerError``
        :param kind: kind of report that was asked for, if any
        :rtype: messages.Message
        """
        if isinstance(error, AuthorizationError):
            advice = self._get_refusal_message(error.reason)
        elif isinstance(error, RoleMissingError):
            advice = self._get_missing_role_message(kind)
        elif isinstance(error, RetryableError):
            minutes = max(1, round(error.seconds / 60))
            advice = message("amazon_busy", minutes=minutes)
        elif error.code == "link_refused":
            advice = message("link_refused")
        else:
            advice = message("request_refused")
        return message(
            "amazon_error", advice=advice, error=self._get_amazon_words(error)
        )

    def _explain_error(self, error, kind=None):
        """Return ``_get_error_message`` as text for the present user."""
        return compose(self.env, self._get_error_message(error, kind))

    # === THE SAME SELLER TWICE === #

    @api.depends("selling_partner_id", "region", "active")
    def _compute_duplicate_warning(self):
        for account in self:
            account.duplicate_warning = account._explain_duplicates()

    def _find_duplicates(self):
        """Return the other active accounts, of any company, of the same seller."""
        self.ensure_one()
        account = self.sudo()
        if not account.active:
            return account.browse()
        others = [("id", "not in", account.ids), ("region", "=", account.region)]
        same = []
        if account.selling_partner_id:
            same.append([("selling_partner_id", "=", account.selling_partner_id)])
        if account.lwa_refresh_token:
            same.append([("lwa_refresh_token", "=", account.lwa_refresh_token)])
        if not same:
            return account.browse()
        return account.search(fields.Domain.AND([others, fields.Domain.OR(same)]))

    def _explain_duplicates(self):
        duplicates = self._find_duplicates()
        if not duplicates:
            return False
        # Names of accounts that the user may see; of others only that they exist.
        seen = duplicates.sudo(False)._filtered_access("read").sudo()
        names = seen.mapped("name")
        if duplicates - seen:
            names.append(self.env._("an account of another company"))
        return self.env._(
            "The same seller is connected twice: also by %(accounts)s. The same orders "
            "would be imported more than once, and both use up one quota at Amazon. "
            "Archive one of the accounts.",
            accounts=", ".join(names),
        )
