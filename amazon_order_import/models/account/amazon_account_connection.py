from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import format_date, plaintext2html

from ...selling_partner import Credentials, SellingPartnerClient
from ...selling_partner.errors import (
    AuthorizationError,
    DataError,
    RetryableError,
    RoleMissingError,
    SellingPartnerError,
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
#: Amazon wants public applications to be authorised anew, and secrets to be renewed.
AUTHORIZATION_LIFETIME = timedelta(days=365)
SECRET_LIFETIME = timedelta(days=180)
#: Days before an expiry at which the responsible user is warned.
EXPIRY_WARNINGS = (30, 14, 7)
#: When the connection is tested again: less than a day, so that a daily action does.
CHECK_INTERVAL = timedelta(hours=20)
UNREACHABLE_RETRY = timedelta(hours=1)
#: How long Amazon may be out of reach before somebody is told.
UNREACHABLE_PATIENCE = timedelta(hours=4)
#: How long what is known about the connection is taken for true without asking.
JUST_NOW = timedelta(minutes=15)
#: How long a success is not written down again.
SUCCESS_INTERVAL = timedelta(hours=1)
#: How long the form says that the account was connected just now.
NEWS_INTERVAL = timedelta(minutes=15)
CONNECTION_ACTIVITY = "amazon_order_import.mail_activity_type_connection"


class AmazonAccount(models.Model):
    """The connection: what it needs, its state with reason and cure, its checks.

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
    selling_partner_id = fields.Char(
        "Seller ID",
        copy=False,
        help="Amazon's identification of the seller (merchant token). Filled in by "
        "“Connect with Amazon”; Seller Central shows it under Settings > Account Info",
    )
    duplicate_warning = fields.Text(
        compute="_compute_duplicate_warning", compute_sudo=True
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

    @api.depends(
        "connection_state",
        "connection_reason",
        "authorization_expires",
        "secret_expires",
        "authorization_method",
        "channel_ids",
        "access_ids.state",
    )
    @api.depends_context("lang")
    def _compute_connection_message(self):
        labels = dict(self._fields["connection_state"]._description_selection(self.env))
        cures = {
            "not_connected": "connect",
            "unreachable": "test",
            "role_missing": "roles",
            "unauthorized": "connect",
            "credentials": "credentials",
        }
        levels = {
            "not_connected": "muted",
            "unreachable": "warning",
            "role_missing": "warning",
        }
        for account in self:
            state = account.connection_state
            account.connection_title = labels[state]
            account.connection_level = levels.get(state, "danger")
            account.connection_cure = cures.get(state, "none")
            if state == "not_connected" and account.has_credentials:
                account.connection_cure = "test"
            account.connection_message = account._get_connection_advice()
            if state == "connected":
                account.connection_level = "success"
            if state in WORKING_STATES and (expiry := account._get_next_expiry()):
                account._set_expiry_message(*expiry)

    def _set_expiry_message(self, what, days):
        """Say on an account that works what expires soon."""
        message = self._explain_expiry(what, days)
        if self.connection_state == "connected":
            self.connection_title = self._get_expiry_title(what, days)
            self.connection_message = message
        else:
            self.connection_message = f"{message}\n{self.connection_message}"
        self.connection_level = "danger" if days < EXPIRY_WARNINGS[-1] else "warning"
        self.connection_cure = "connect" if what == "authorization" else "credentials"

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

    def _get_expiry_title(self, what, days):
        if days < 0:
            return self.env._("Connected, renewal overdue")
        if what == "authorization":
            return self.env._("Connected, expires in %(days)s days", days=days)
        return self.env._(
            "Connected, client secret expires in %(days)s days", days=days
        )

    def _explain_expiry(self, what, days):
        """Return what expires when and what to do about it."""
        if what == "authorization":
            values = {"date": format_date(self.env, self.authorization_expires)}
            if days < 0:
                return self.env._(
                    "The authorisation was to expire on %(date)s; Amazon still accepts "
                    "it. Connect again before it stops, or clear the date if Amazon "
                    "does not ask you to renew it.",
                    **values,
                )
            return self.env._(
                "The authorisation expires on %(date)s, in %(days)s days. Connect "
                "again before: from then on no orders arrive.",
                days=days,
                **values,
            )
        values = {"date": format_date(self.env, self.secret_expires)}
        if days < 0:
            return self.env._(
                "The client secret was to expire on %(date)s; Amazon still accepts it. "
                "Create a new one at Amazon (Develop Apps > View credentials > Rotate) "
                "and have a system administrator enter it here, or correct the date.",
                **values,
            )
        return self.env._(
            "The client secret expires on %(date)s, in %(days)s days. Create a new one "
            "at Amazon (Develop Apps > View credentials > Rotate) and have a system "
            "administrator enter it here: from then on no orders arrive.",
            days=days,
            **values,
        )

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
        """Have reports go on that waited for an authorisation; their domain fills it."""

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
        """
        self.ensure_one()
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
        account._update_connection_activity()

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

    def _get_connection_advice(self):
        """Return what the state means in plain words, and what to do next."""
        self.ensure_one()
        state, reason = self.connection_state, self.connection_reason
        if state == "connected":
            names = self.channel_ids.marketplace_id.mapped("name")
            return self.env._("Marketplaces: %(names)s", names=", ".join(names) or "-")
        if state == "not_connected":
            if self.has_credentials:
                return self.env._("The connection was not tested yet. Test it.")
            return self.env._(
                "Press “Connect with Amazon”. Report files can be uploaded without a "
                "connection."
            )
        if state == "role_missing":
            return self._explain_missing_roles()
        if state == "unreachable" and reason == "setting":
            return self.env._(
                "Nothing could be sent to Amazon because of a setting of this account. "
                "Have a system administrator correct it, then test the connection."
            )
        if state == "unreachable" and reason == "unexpected_answer":
            return self.env._(
                "What answers in Amazon's place is not Amazon, or Amazon has trouble. "
                "Check the endpoints of the account, the proxy and the firewall, then "
                "test the connection. It is also tried again by itself."
            )
        if state == "unreachable":
            return self.env._(
                "Amazon cannot be reached. Nothing is lost: it is tried again by "
                "itself, and what was missed meanwhile is fetched then. If this lasts, "
                "check the server's network, proxy and firewall."
            )
        return self._get_refusal_advice(reason)

    def _get_refusal_advice(self, reason):
        """Return what it means that Amazon refuses the credentials, and the cure."""
        expired = self.authorization_expires
        if (
            reason == "invalid_grant"
            and expired
            and expired < fields.Datetime.now().date()
        ):
            return self.env._(
                "The authorisation has expired on %(date)s. Authorise the application "
                "again: press “Connect with Amazon”. The reports that were missed are "
                "fetched then.",
                date=format_date(self.env, expired),
            )
        return {
            "invalid_grant": self.env._(
                "The seller has revoked the authorisation, it has expired, or the "
                "refresh token was not copied whole. Authorise the application again: "
                "press “Connect with Amazon”. The reports that were missed are fetched "
                "then."
            ),
            "invalid_client": self.env._(
                "The client ID or the client secret is wrong, or the secret has "
                "expired (after 180 days). Look up both at Amazon (Develop Apps > View "
                "credentials); a system administrator enters them here."
            ),
            "unauthorized_client": self.env._(
                "The refresh token belongs to another application. Enter the client ID "
                "and client secret of the application for which it was issued, or "
                "connect again."
            ),
            "no_access": self.env._(
                "Amazon denies everything to this authorisation: the application has "
                "no role, or the seller authorised it in another region than the "
                "account's. Check both, then connect again."
            ),
        }.get(
            reason,
            self.env._(
                "Amazon does not accept this authorisation here. Check that the region "
                "of the account is the one where the application was authorised, then "
                "connect again."
            ),
        )

    def _explain_error(self, error, kind=None):
        """Return an error of Amazon in plain words, with what to do next.

        :param error: a ``SellingPartnerError``
        :param kind: kind of report that was asked for, if any
        :rtype: str
        """
        if isinstance(error, AuthorizationError):
            advice = self._get_refusal_advice(error.reason)
        elif isinstance(error, RoleMissingError):
            advice = self._explain_missing_role(kind)
        elif isinstance(error, RetryableError):
            advice = self.env._(
                "Amazon could not be reached or asks to wait. Nothing is lost; it is "
                "tried again by itself in %(minutes)s minutes.",
                minutes=max(1, round(error.seconds / 60)),
            )
        elif error.code == "link_refused":
            advice = self.env._(
                "Amazon has made the file, but something on the way refuses even a "
                "fresh link to it. Have your administrator check this server's clock, "
                "proxy and firewall."
            )
        else:
            advice = self.env._(
                "Amazon refuses this request. Request the report again; if it is "
                "refused again, pass Amazon's message on to your administrator."
            )
        return self.env._(
            "%(advice)s\nAmazon: %(error)s",
            advice=advice,
            error=self._get_amazon_words(error),
        )

    # === CHECK === #

    def _check_connection(self, afresh=False):
        """Ask Amazon whether the connection works and what may be read; store it.

        Costs one call of getMarketplaceParticipations and, as long as no role is
        missing, one of getReports.

        :param afresh: whether what was learnt from real reports is forgotten, as a
            person says that it was mended
        :return: the ``SellingPartnerError`` that stopped it, else None
        """
        self.ensure_one()
        account = self.sudo()
        account.next_connection_check = fields.Datetime.now() + CHECK_INTERVAL
        if not account.has_credentials:
            account._set_connection("not_connected")
            return None
        try:
            with account._get_client() as client:
                account._ask_amazon(client, afresh)
        except SellingPartnerError as error:
            account._note_check_error(error)
            return error
        return None

    def _ask_amazon(self, client, afresh):
        """Find out what the authorisation opens; store it.

        :raise SellingPartnerError: the connection does not work
        """
        try:
            self._store_participations(client.get_marketplace_participations())
        except RoleMissingError as error:
            # Any role at all opens it: either there is none, or the region is wrong.
            states = self._check_roles(client, afresh)
            if "readable" not in states and "unknown" in states:
                # It cannot be told yet: the state stays as it was.
                raise ThrottledError(
                    "Amazon has not told yet what this authorisation opens.",
                    seconds=UNREACHABLE_RETRY.total_seconds(),
                    operation="getReports",
                ) from error
            if "readable" not in states:
                raise AuthorizationError(
                    error.message,
                    reason="no_access",
                    operation=error.operation,
                    status=error.status,
                    code=error.code,
                    request_id=error.request_id,
                    details=error.details,
                ) from error
        else:
            self._check_roles(client, afresh)
        self._set_working()

    def _note_check_error(self, error):
        """Store what stopped the test: here, every error speaks of the connection."""
        if isinstance(error, DataError):
            reason = "setting" if error.status is None else "unexpected_answer"
            self._set_connection("unreachable", reason, self._get_amazon_words(error))
        elif isinstance(error, ThrottledError):
            self._retry_soon()
        else:
            self._note_api_error(error)

    def _store_participations(self, participations):
        """Add the marketplaces in which the seller takes part as channels."""
        refs = [p.marketplace_id for p in participations if p.is_participating]
        marketplaces = self.env["amazon.marketplace"].search([("api_ref", "in", refs)])
        account = self.sudo()
        known = account.with_context(active_test=False).channel_ids.marketplace_id
        self.env["amazon.account.marketplace"].sudo().create(
            [
                {"account_id": self.id, "marketplace_id": marketplace.id}
                for marketplace in marketplaces - known
            ]
        )

    def action_test_connection(self):
        """Ask Amazon for the seller's marketplaces and rights; show the outcome."""
        self.ensure_one()
        self.check_access("read")
        if not self.has_credentials:
            self._get_client()
        error = self._check_connection(afresh=True)
        if isinstance(error, ThrottledError):
            return self._notify(self._explain_error(error), "warning")
        return self._show_connection()

    def _show_connection(self):
        """Return the notification that says how the connection is."""
        kinds = {"connected": "success", "role_missing": "warning"}
        kind = kinds.get(self.connection_state, "danger")
        lines = [self.connection_title, self.connection_message, self.connection_error]
        return self._notify("\n".join(filter(None, lines)), kind)

    def _notify(self, message, kind):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.name,
                "message": message,
                "type": kind,
                "sticky": kind != "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _cron_check_connections(self):
        """Test the connections that are due; keep the to-dos about them up to date.

        The only place here that commits: after each account.
        """
        commit = self.env["ir.cron"]._commit_progress
        now = fields.Datetime.now()
        due = self.search(
            [
                "|",
                ("next_connection_check", "=", False),
                ("next_connection_check", "<=", now),
            ]
        )
        due = due.filtered("has_credentials")
        commit(remaining=len(due))
        for account in due:
            try:
                account._check_connection()
                if account.connection_state == "unreachable":
                    account._retry_soon()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Somebody else changed the account: it is tested by the next run.
                self.env.cr.rollback()
            if not commit(1):
                return
        # Also where nothing was asked: time alone brings an expiry nearer.
        for account in self.search([]) - due:
            account._update_connection_activity()
        commit()

    # === WHO IS RESPONSIBLE === #

    def _update_connection_activity(self):
        """Have one to-do while the connection needs a person, none otherwise."""
        self.ensure_one()
        account = self.sudo()
        existing = account.activity_search([CONNECTION_ACTIVITY])
        need = account.active and account._get_connection_need()
        if not need:
            if existing:
                existing.action_feedback(
                    feedback=self.env._("The connection with Amazon works again.")
                )
            return
        user = account._get_responsible()
        if not user:
            return
        translated = account.with_context(lang=user.lang)
        summary, note, deadline = translated._prepare_connection_todo(need)
        if not existing:
            translated.activity_schedule(
                CONNECTION_ACTIVITY,
                date_deadline=deadline,
                summary=summary,
                note=note,
                user_id=user.id,
            )
            return
        first = existing[0]
        (existing - first).unlink()
        if first.summary != summary:
            first.write({"summary": summary, "note": note, "date_deadline": deadline})

    def _get_connection_need(self):
        """Return why a person is needed: a state, or what expires; False if not.

        :return: ``"unauthorized"``, ..., or ``("authorization", 30)``: what expires,
            and the warning that has been reached
        """
        self.ensure_one()
        state = self.connection_state
        if state in ("unauthorized", "credentials"):
            return state
        if state == "unreachable":
            since = self.disconnected_since
            long = since and since <= fields.Datetime.now() - UNREACHABLE_PATIENCE
            return long and state
        # A day on which nothing works any more matters more than a missing role.
        expiry = state in WORKING_STATES and self._get_next_expiry()
        if not expiry:
            return state == "role_missing" and state
        what, days = expiry
        return what, min(limit for limit in EXPIRY_WARNINGS if days <= limit)

    def _prepare_connection_todo(self, need):
        """Return summary, note and deadline of the to-do."""
        self.ensure_one()
        today = fields.Datetime.now().date()
        if isinstance(need, str):
            summary = self.env._(
                "%(account)s: %(problem)s",
                account=self.name,
                problem=self.connection_title,
            )
            return summary, plaintext2html(self._get_connection_advice()), today
        what, limit = need
        expires = (
            self.authorization_expires
            if what == "authorization"
            else self.secret_expires
        )
        if what == "authorization":
            summary = self.env._(
                "%(account)s: the authorisation expires in less than %(days)s days",
                account=self.name,
                days=limit + 1,
            )
        else:
            summary = self.env._(
                "%(account)s: the client secret expires in less than %(days)s days",
                account=self.name,
                days=limit + 1,
            )
        text = self._explain_expiry(what, (expires - today).days)
        if self.connection_state == "role_missing":
            text += f"\n\n{self._explain_missing_roles()}"
        note = plaintext2html(text)
        # Each warning is due when the next one comes.
        later = [other for other in EXPIRY_WARNINGS if other < limit]
        deadline = expires - timedelta(days=max(later)) if later else today
        return summary, note, max(deadline, today)

    def _get_responsible(self):
        """Return who gets the to-dos of the account: somebody who may see it."""
        self.ensure_one()
        managers = self.env.ref("amazon_order_import.group_amazon_manager").all_user_ids
        for user in self.user_id | managers.filtered(lambda user: not user.share):
            if (
                user.active
                and self.company_id in user.company_ids
                and self.with_user(user).has_access("read")
            ):
                return user
        return self.env["res.users"]
