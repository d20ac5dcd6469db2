from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...messages import Joined, Label, get_message, message
from ...selling_partner.errors import (
    AuthorizationError,
    DataError,
    RoleMissingError,
    SellingPartnerError,
    ThrottledError,
)
from .amazon_account_connection import UNREACHABLE_RETRY, WORKING_STATES
from .amazon_account_expiry import EXPIRY_WARNINGS

#: When the connection is tested again: less than a day, so that a daily action does.
CHECK_INTERVAL = timedelta(hours=20)
CONNECTION_ACTIVITY = "amazon_order_import.mail_activity_type_connection"


class AmazonAccount(models.Model):
    """Tests the connection, and has a to-do while it needs a person."""

    _inherit = "amazon.account"

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
        return self._notify_about(message, kind, title=self.name)

    @api.model
    def _notify_about(self, message, kind, title):
        """Return the notification that tells a text; the screen shows what is new.

        :param str kind: ``success``, ``info``, ``warning`` or ``danger``
        """
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": title,
                "message": message,
                "type": kind,
                "sticky": kind not in ("success", "info"),
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

    # === TO-DOS === #

    def _set_connection(self, state, reason=False, error=False):
        result = super()._set_connection(state, reason, error)
        self.sudo()._update_connection_activity()
        return result

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
        summary, note, deadline = account._prepare_connection_todo(need)
        if not existing:
            account._schedule_amazon_todo(
                user, summary, note, CONNECTION_ACTIVITY, deadline
            )
            return
        first = existing[0]
        (existing - first).unlink()
        if get_message(first, "amazon_summary") != summary:
            values = account._prepare_amazon_todo(user, summary, note)
            first.write({**values, "date_deadline": deadline})

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
            return self._get_disconnected_since() and state
        # A day on which nothing works any more matters more than a missing role.
        expiry = state in WORKING_STATES and self._get_next_expiry()
        if not expiry:
            return state == "role_missing" and state
        what, days = expiry
        return what, min(limit for limit in EXPIRY_WARNINGS if days <= limit)

    def _prepare_connection_todo(self, need):
        """Return summary and note of the to-do, as messages, and its deadline.

        :param need: see ``_get_connection_need``
        """
        self.ensure_one()
        today = fields.Datetime.now().date()
        if isinstance(need, str):
            problem = Label(self._name, "connection_state", self.connection_state)
            summary = message("connection_fails", account=self.name, problem=problem)
            return summary, self._get_advice_message(), today
        what, limit = need
        expires = self._get_expiry_date(what)
        summary = message(f"{what}_expires_soon", account=self.name, days=limit + 1)
        note = self._get_expiry_message(what, (expires - today).days)
        if self.connection_state == "role_missing":
            parts = (note, self._get_missing_roles_message())
            note = message("lines", lines=Joined(parts, "\n\n"))
        # Each warning is due when the next one comes.
        later = [other for other in EXPIRY_WARNINGS if other < limit]
        deadline = expires - timedelta(days=max(later)) if later else today
        return summary, note, max(deadline, today)
