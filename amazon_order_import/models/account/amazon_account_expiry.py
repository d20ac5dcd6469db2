from datetime import timedelta

from odoo import api, fields, models

from ...messages import message
from .amazon_account_connection import WORKING_STATES

#: Amazon wants public applications to be authorised anew, and secrets to be renewed.
AUTHORIZATION_LIFETIME = timedelta(days=365)
SECRET_LIFETIME = timedelta(days=180)
#: Days before an expiry at which the responsible user is warned.
EXPIRY_WARNINGS = (30, 14, 7)
#: How long the form says that the account was connected just now.
NEWS_INTERVAL = timedelta(minutes=15)


class AmazonAccount(models.Model):
    """How long the authorisation and the client secret are valid."""

    _inherit = "amazon.account"

    authorized_at = fields.Datetime(
        "Authorised On",
        copy=False,
        help="When the seller last authorised the application. Set by itself when you "
        "connect or enter a refresh token; correct it if the token is older",
    )
    authorization_expires = fields.Date(
        "Authorisation Expires",
        compute="_compute_authorization_expires",
        store=True,
        readonly=False,
        copy=False,
        help="Amazon wants public applications to be authorised anew every 365 days. "
        "Clear the date if Amazon does not ask this of your own, private application",
    )
    secret_changed_at = fields.Datetime(
        "Client Secret Of",
        copy=False,
        help="When Amazon issued the client secret. Set by itself when it is entered; "
        "correct it if the secret is older",
    )
    secret_expires = fields.Date(
        "Client Secret Expires",
        compute="_compute_secret_expires",
        store=True,
        readonly=False,
        copy=False,
        help="Amazon wants the client secret to be renewed every 180 days",
    )
    is_newly_authorized = fields.Boolean(compute="_compute_is_newly_authorized")

    @api.depends("authorized_at")
    def _compute_authorization_expires(self):
        for account in self:
            start = account.authorized_at
            account.authorization_expires = start and (start + AUTHORIZATION_LIFETIME)

    @api.depends("authorized_at", "connection_state")
    def _compute_is_newly_authorized(self):
        since = fields.Datetime.now() - NEWS_INTERVAL
        for account in self:
            account.is_newly_authorized = bool(
                account.connection_state in WORKING_STATES
                and account.authorized_at
                and account.authorized_at >= since
            )

    @api.depends("secret_changed_at")
    def _compute_secret_expires(self):
        for account in self:
            start = account.secret_changed_at
            account.secret_expires = start and (start + SECRET_LIFETIME)

    def _get_next_expiry(self):
        """Return what expires soon, and in how many days; None where nothing does.

        :return: ``("authorization" or "secret", days)``; days are negative where the
            date has passed
        """
        self.ensure_one()
        today = fields.Datetime.now().date()
        soon = [
            ((date - today).days, what)
            for what, date in (
                ("authorization", self.authorization_expires),
                ("secret", self.secret_expires),
            )
            if date and (date - today).days <= EXPIRY_WARNINGS[0]
        ]
        if not soon or not self.has_credentials:
            return None
        days, what = min(soon)
        return what, days

    def _get_expiry_message(self, what, days):
        """Return what expires when and what to do about it, as a message.

        :param str what: see ``_get_next_expiry``; likewise ``days``
        """
        date = self._get_expiry_date(what)
        if days < 0:
            return message(f"{what}_overdue", date=date)
        return message(f"{what}_expires", date=date, days=days)

    def _get_expiry_date(self, what):
        dates = {
            "authorization": self.authorization_expires,
            "secret": self.secret_expires,
        }
        return dates[what]
