from datetime import timedelta, timezone

from odoo import fields, models

from ...messages import Joined, Label, message
from ...report_formats import KINDS
from ...report_formats.kinds import KIND_SELECTION
from ...selling_partner import REPORT_ROLES
from ...selling_partner.errors import (
    DataError,
    RoleMissingError,
    ThrottledError,
    UnavailableError,
)


class AmazonAccount(models.Model):
    """The role check: which kinds of report the authorisation opens."""

    _inherit = "amazon.account"

    access_ids = fields.One2many(
        "amazon.account.access", "account_id", "Access to Reports", readonly=True
    )
    missing_access_count = fields.Integer(compute="_compute_missing_access_count")

    def _compute_missing_access_count(self):
        for account in self:
            account.missing_access_count = len(account._get_missing_access())

    def _get_used_kinds(self):
        """Return what these accounts request, or have requested of late.

        Who requests reports fills it.

        :return: set of ``(account id, kind)``
        """
        return set()

    def _get_missing_access(self):
        """Return the ``amazon.account.access`` of used kinds whose role is missing."""
        return self.sudo().access_ids.filtered(
            lambda access: access.state == "missing" and access.is_used
        )

    def _get_roles(self, kind):
        """Return the names of the roles that open a kind of report, one is enough.

        :rtype: messages.Joined
        """
        self.ensure_one()
        report_type = KINDS[kind].report_type_in(self.region)
        return Joined(REPORT_ROLES.get(report_type, ()), message("or"))

    def _get_missing_role_message(self, kind=None):
        """Return that a role is missing, and the cure.

        :param kind: kind of report that Amazon denies, if it is known
        """
        if not kind:
            return message("missing_role")
        return message(
            "missing_report_role",
            kind=Label("amazon.account.access", "kind", kind),
            role=self._get_roles(kind),
        )

    def _get_missing_roles_message(self):
        """Return which used reports cannot be read, by which role, and the cure."""
        missing = self._get_missing_access()
        if not missing:
            return self._get_missing_role_message()
        lines = tuple(
            message(
                "missing_access",
                kind=Label(access._name, "kind", access.kind),
                role=self._get_roles(access.kind),
            )
            for access in missing
        )
        return message("missing_report_roles", reports=Joined(lines, "\n"))

    # === CHECK === #

    def _check_roles(self, client, afresh=False):
        """Find out which kinds of report may be read, and store it.

        Amazon denies the list of reports of a type (getReports) as it denies the type
        itself, and nothing is made by asking: one call for all types where no role is
        missing, else one more for each. Its quota is 10 at once, then 1 in 45 seconds.

        :param afresh: see ``_check_connection``
        :return: set of the states found, with ``unknown`` where the quota ended it
        :raise SellingPartnerError: what speaks of the connection, not of a role
        """
        self.ensure_one()
        types = {
            KINDS[kind].report_type_in(self.region): kind
            for kind, _label in KIND_SELECTION
            if self.region in KINDS[kind].regions
        }
        found = {
            kind: ("not_offered", False)
            for kind, _label in KIND_SELECTION
            if kind not in types.values()
        }
        try:
            self._look_for_reports(client, list(types))
        except ThrottledError:
            self._retry_soon()
            return {"unknown"}
        except (RoleMissingError, DataError, UnavailableError) as error:
            if isinstance(error, UnavailableError) and error.status is None:
                raise
            found.update(self._check_each_role(client, types))
        else:
            found.update({kind: ("readable", False) for kind in types.values()})
        self._store_access(found, "check", afresh)
        states = {state for state, _error in found.values()}
        return states if len(found) == len(KIND_SELECTION) else states | {"unknown"}

    def _check_each_role(self, client, types):
        """Return ``{kind: (state, Amazon's words)}``, as far as the quota reaches."""
        found = {}
        for report_type, kind in types.items():
            try:
                self._look_for_reports(client, [report_type])
            except RoleMissingError as error:
                found[kind] = ("missing", self._get_amazon_words(error))
            except ThrottledError:
                # What is left stays as it was for now.
                self._retry_soon()
                break
            except UnavailableError as error:
                # Amazon answers a missing role with HTTP 500 at times.
                found[kind] = ("unknown", self._get_amazon_words(error))
            except DataError as error:
                found[kind] = ("not_offered", self._get_amazon_words(error))
            else:
                found[kind] = ("readable", False)
        return found

    def _look_for_reports(self, client, report_types):
        """Make one call of getReports; its outcome matters, not its answer."""
        since = fields.Datetime.now().replace(tzinfo=timezone.utc) - timedelta(days=1)
        next(iter(client.get_reports(report_types, created_since=since)), None)

    def _store_access(self, found, evidence, afresh=False):
        """Store what is known about kinds of report.

        A real report that was denied weighs more than a list of reports that was not:
        only another real report, a new authorisation or a person overrules it.

        :param found: ``{kind: (state, Amazon's words or False)}``
        :param evidence: ``"check"`` or ``"report"``
        :param afresh: whether a person says that it was mended
        """
        self.ensure_one()
        account = self.sudo()
        now = fields.Datetime.now()
        known = {access.kind: access for access in account.access_ids}
        missing = []
        for kind, (state, error) in found.items():
            values = {
                "state": state,
                "error": error,
                "evidence": evidence,
                "checked_at": now,
            }
            access = known.get(kind)
            if not access:
                missing.append({"account_id": account.id, "kind": kind, **values})
            elif evidence == "check" and access._is_proven_missing() and not afresh:
                continue
            elif (
                evidence == "check"
                or access.state != state
                or access.evidence != evidence
            ):
                access.write(values)
        order = [kind for kind, _label in KIND_SELECTION]
        missing.sort(key=lambda values: order.index(values["kind"]))
        self.env["amazon.account.access"].sudo().create(missing)

    def action_view_access(self):
        """List which kinds of report the authorisation opens."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_account_access_action"
        )
        action["domain"] = [("account_id", "=", self.id)]
        return action
