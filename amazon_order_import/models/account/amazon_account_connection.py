from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...selling_partner import Credentials, SellingPartnerClient
from ...selling_partner.errors import (
    AuthorizationError,
    RetryableError,
    RoleMissingError,
    ThrottledError,
)

SECRET_GROUP = "base.group_system"
CONNECTION_FIELDS = {
    "lwa_client_id",
    "lwa_client_secret",
    "lwa_refresh_token",
    "sp_api_endpoint",
    "lwa_endpoint",
}
#: States in which Amazon can be asked.
WORKING_STATES = ("connected", "role_missing")
#: Which state an ``AuthorizationError.reason`` means.
REFUSALS = {
    "invalid_grant": "unauthorized",
    "token_rejected": "unauthorized",
    "invalid_client": "credentials",
    "unauthorized_client": "credentials",
}
#: When the connection is tested again while Amazon is out of reach.
UNREACHABLE_RETRY = timedelta(hours=1)
#: How long Amazon may be out of reach before somebody is told.
UNREACHABLE_PATIENCE = timedelta(hours=4)
#: How long what is known about the connection is taken for true without asking.
JUST_NOW = timedelta(minutes=15)
#: How long a success is not written down again.
SUCCESS_INTERVAL = timedelta(hours=1)


class AmazonAccount(models.Model):
    """The connection: what it needs, and its state with the reason.

    Everything that contacts Amazon reports here: ``_note_api_success(kind)`` and
    ``_note_api_error(error, kind)``.
    """

    _inherit = "amazon.account"

    # Readable by system administrators only.
    lwa_client_id = fields.Char(
        "Client ID",
        groups=SECRET_GROUP,
        copy=False,
        help="LWA credentials of the application (Seller Central > Develop Apps)",
    )
    lwa_client_secret = fields.Char("Client Secret", groups=SECRET_GROUP, copy=False)
    lwa_refresh_token = fields.Char(
        "Refresh Token",
        groups=SECRET_GROUP,
        copy=False,
        help="Shown by Seller Central after Develop Apps > Authorize app",
    )
    sp_api_endpoint = fields.Char(
        "API Endpoint",
        groups=SECRET_GROUP,
        help="Empty: Amazon. Set for Amazon's sandbox, a proxy or the simulator",
    )
    lwa_endpoint = fields.Char(
        "Login Endpoint",
        groups=SECRET_GROUP,
        help="Empty: Amazon. Set for a proxy or the simulator",
    )
    has_credentials = fields.Boolean(compute="_compute_has_credentials")

    connection_state = fields.Selection(
        [
            ("not_connected", "Not connected"),
            ("connected", "Connected"),
            ("unreachable", "Amazon unreachable"),
            ("role_missing", "Role missing"),
            ("unauthorized", "Expired or revoked"),
            ("credentials", "Credentials wrong"),
        ],
        "Connection",
        default="not_connected",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    connection_reason = fields.Char(
        readonly=True,
        copy=False,
        help="Amazon's or our own name of what is wrong, e.g. invalid_grant",
    )
    connection_error = fields.Text(
        "Amazon's Answer", readonly=True, copy=False, help="In Amazon's own words"
    )
    connection_checked = fields.Datetime("Last Contact", readonly=True, copy=False)
    next_connection_check = fields.Datetime(readonly=True, copy=False)
    disconnected_since = fields.Datetime(
        readonly=True,
        copy=False,
        help="Since when Amazon cannot be asked. Empty while it can, and for accounts "
        "that were never connected",
    )
    selling_partner_id = fields.Char(
        "Seller ID",
        copy=False,
        help="Amazon's identification of the seller (merchant token). Filled in by "
        "“Connect with Amazon”; Seller Central shows it under Settings > Account Info",
        tracking=True,
    )

    # === COMPUTED === #

    @api.depends("lwa_client_id", "lwa_client_secret", "lwa_refresh_token")
    def _compute_has_credentials(self):
        for account in self.sudo():
            account.has_credentials = bool(
                account._has_client() and account.lwa_refresh_token
            )

    def _has_client(self):
        """Whether the application's identifier and secret are there."""
        account = self.sudo()
        return bool(account.lwa_client_id and account.lwa_client_secret)

    # === CREDENTIALS === #

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create([self._clean_credentials(v) for v in vals_list])
        for account, vals in zip(accounts, vals_list, strict=True):
            account._note_new_credentials(CONNECTION_FIELDS & set(vals), vals)
        return accounts

    def write(self, vals):
        vals = self._clean_credentials(vals)
        names = CONNECTION_FIELDS & set(vals)
        changed = {
            account: {name for name in names if account[name] != (vals[name] or False)}
            for account in self.sudo()
            if names
        }
        result = super().write(vals)
        for account, changes in changed.items():
            account._note_new_credentials(changes, vals)
        if names:
            self._wake_reports()
        return result

    def _wake_reports(self):
        """Have reports go on that waited for an authorisation.

        The domain of the reports fills it.
        """

    def _clean_credentials(self, vals):
        """Strip what comes along when a credential is pasted (spaces, line ends)."""
        return {
            name: value.strip() if name in CONNECTION_FIELDS and value else value
            for name, value in vals.items()
        }

    def _note_new_credentials(self, changes, vals):
        """Note since when changed credentials are valid, and have them tested soon.

        :param changes: names of the ``CONNECTION_FIELDS`` that have another value now
        :param vals: values written at the same time
        """
        self.ensure_one()
        if not changes:
            return
        account = self.sudo()
        now = fields.Datetime.now()
        values = {"next_connection_check": False}
        for name, moment in (
            ("lwa_refresh_token", "authorized_at"),
            ("lwa_client_secret", "secret_changed_at"),
        ):
            if name in changes and moment not in vals:
                values[moment] = account[name] and now
        account.write(values)
        if not account.has_credentials:
            if account.connection_state != "not_connected":
                account._set_connection("not_connected")
        elif account.connection_state != "not_connected":
            self.env.ref(
                "amazon_order_import.ir_cron_check_connections"
            ).sudo()._trigger()

    def _get_client(self):
        """Return a client for this account, to be used as a context manager.

        :raise UserError: where a credential is missing
        :raise AccessError: where the user may not see the account
        """
        self.ensure_one()
        self.check_access("read")
        # The credentials are readable by system administrators only; the client keeps
        # them to itself.
        account = self.sudo()
        if not account.has_credentials:
            raise UserError(
                self.env._(
                    "The Amazon account %(account)s is not connected: its client ID, "
                    "client secret or refresh token is missing. Open it under Amazon > "
                    "Configuration > Accounts and press “Connect with Amazon”.",
                    account=account.name,
                )
            )
        return SellingPartnerClient(
            Credentials(
                account.lwa_client_id,
                account.lwa_client_secret,
                account.lwa_refresh_token,
            ),
            region=account.region,
            endpoint=account.sp_api_endpoint or None,
            lwa_endpoint=account.lwa_endpoint or None,
            on_call=partial(self.env["amazon.api.call"]._note, self),
            before_call=partial(self.env["amazon.api.call"]._check_quota, self),
        )

    # === THE SELLER === #

    def _get_seller_accounts(self):
        """Return all accounts of the same seller in the same region.

        Amazon counts their calls together, whatever the company.
        """
        self.ensure_one()
        account = self.sudo()
        if not account.selling_partner_id:
            return account
        return account.with_context(active_test=False).search(
            [
                ("region", "=", account.region),
                ("selling_partner_id", "=", account.selling_partner_id),
            ]
        )

    def _get_seller_key(self):
        """Return the seller whose quotas the calls of this account use up."""
        self.ensure_one()
        account = self.sudo()
        seller = account.selling_partner_id or f"account {account.id}"
        return f"{account.region} {seller}"

    # === STATE === #

    def _set_connection(self, state, reason=False, error=False):
        """Store what the latest contact with Amazon says, and tell who is responsible.

        :param state: value of ``connection_state``
        :param reason: see ``connection_reason``
        :param error: Amazon's own words
        """
        self.ensure_one()
        account = self.sudo()
        now = fields.Datetime.now()
        before = account.connection_state
        values = {
            "connection_state": state,
            "connection_reason": reason,
            "connection_error": error,
            "connection_checked": now,
        }
        if state in WORKING_STATES:
            values["disconnected_since"] = False
        elif not account.disconnected_since and {state, before} != {"not_connected"}:
            values["disconnected_since"] = now
        account.write(values)
        if state == "unreachable" and before != "unreachable":
            account._retry_soon()
        if state in WORKING_STATES and before in REFUSALS.values():
            account._wake_reports()

    def _set_working(self):
        """Store that Amazon answers, to all that is used or to all but some kinds."""
        missing = self._get_missing_access()
        if missing:
            self._set_connection("role_missing", "role_missing", missing[0].error)
        else:
            self._set_connection("connected")

    def _retry_soon(self):
        """Have an account that cannot reach Amazon tested before the day is over."""
        moment = fields.Datetime.now() + UNREACHABLE_RETRY
        self.sudo().next_connection_check = moment
        self.env.ref("amazon_order_import.ir_cron_check_connections").sudo()._trigger(
            moment
        )

    def _check_soon(self):
        """Have the connection tested now, unless it was known to work just now."""
        account = self.sudo()
        now = fields.Datetime.now()
        if account.connection_checked and account.connection_checked > now - JUST_NOW:
            return
        account.next_connection_check = now
        self.env.ref("amazon_order_import.ir_cron_check_connections").sudo()._trigger()

    def _note_api_success(self, kind=None):
        """Store that Amazon has answered as it should.

        :param kind: kind of report that this answer was about, if any
        """
        self.ensure_one()
        account = self.sudo()
        recently = fields.Datetime.now() - SUCCESS_INTERVAL
        if kind:
            account._store_access({kind: ("readable", False)}, "report")
        state = "role_missing" if account._get_missing_access() else "connected"
        if (
            account.connection_state != state
            or not account.connection_checked
            or account.connection_checked < recently
        ):
            account._set_working()

    def _note_api_error(self, error, kind=None):
        """Store on the account what an error of Amazon says about the connection.

        :param error: a ``SellingPartnerError``
        :param kind: kind of report that was asked for, if any
        """
        self.ensure_one()
        account = self.sudo()
        words = account._get_amazon_words(error)
        if isinstance(error, AuthorizationError):
            state = REFUSALS.get(error.reason, "unauthorized")
            account._set_connection(state, error.reason, words)
        elif isinstance(error, RoleMissingError):
            # The other kinds go on.
            if kind:
                account._store_access({kind: ("missing", words)}, "report")
            account._set_connection("role_missing", "role_missing", words)
        elif isinstance(error, RetryableError) and not isinstance(
            error, ThrottledError
        ):
            if kind and error.status and account.connection_state in WORKING_STATES:
                # Amazon answers, but has trouble: with this report, or with all.
                account._check_soon()
            else:
                account._set_connection("unreachable", "unavailable", words)

    def _get_disconnected_since(self):
        """Return since when Amazon cannot be asked, or False while it can.

        That Amazon is out of reach for a while is no answer: it passes.
        """
        self.ensure_one()
        if self.connection_state in WORKING_STATES:
            return False
        since = self.disconnected_since or self.create_date
        if self.connection_state == "unreachable":
            return since <= fields.Datetime.now() - UNREACHABLE_PATIENCE and since
        return since

    @api.model
    def _get_amazon_words(self, error):
        """Return what Amazon itself said, for those who pass it on to its support."""
        if error.status is None:
            return error.message
        words = [f"HTTP {error.status}", error.code, error.details]
        text = ", ".join(dict.fromkeys(filter(None, words)))
        if error.request_id:
            text += f" (x-amzn-RequestId: {error.request_id})"
        return text
