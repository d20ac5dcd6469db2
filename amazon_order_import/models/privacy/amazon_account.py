from collections import Counter
from datetime import timedelta

from odoo import api, fields, models

from ...messages import message

#: Orders whose buyers are forgotten in one step.
ORDERS = 100
CONTACTS = 200
#: What Amazon's Data Protection Policy allows.
AMAZONS_DAYS = 30
#: Order numbers that a to-do names.
NAMED = 10


class AmazonAccount(models.Model):
    """For how long an account's buyers are known, and who forgets them."""

    _inherit = "amazon.account"

    personal_data_days = fields.Integer(
        "Delete Personal Data After (Days)",
        default=AMAZONS_DAYS,
        required=True,
        help="Days after the delivery for which names, addresses, telephone numbers "
        "and messages of buyers are kept; Amazon allows 30",
    )
    personal_data_transit = fields.Integer(
        "Days With the Carrier",
        default=5,
        required=True,
        help="For what Amazon ships: days from the shipment to the delivery, where "
        "Amazon's report does not say when it arrives",
    )
    personal_data_years = fields.Integer(
        "Keep Invoices' Names (Years)",
        default=8,
        required=True,
        help="For how many years after the year of a posted invoice or credit note the "
        "tax law demands it. Its recipient keeps name and address until then. Germany: "
        "8 (section 14b UStG, section 147 AO)",
    )
    personal_data_warning = fields.Text(compute="_compute_personal_data_warning")

    _personal_data_days_positive = models.Constraint(
        "CHECK (personal_data_days >= 1)",
        "Orders need their buyers for a day at least.",
    )
    _personal_data_transit_positive = models.Constraint(
        "CHECK (personal_data_transit >= 0)",
        "A parcel does not arrive before it leaves.",
    )
    _personal_data_years_positive = models.Constraint(
        "CHECK (personal_data_years >= 0)",
        "Give the years for which the tax law demands invoices.",
    )

    @api.depends("personal_data_days")
    def _compute_personal_data_warning(self):
        for account in self:
            account.personal_data_warning = (
                self.env._(
                    "Amazon's Data Protection Policy demands that buyers' personal "
                    "data be deleted 30 days after the delivery, unless a law demands "
                    "them for longer. Who keeps them can lose the access to Amazon."
                )
                if account.personal_data_days > AMAZONS_DAYS
                else False
            )

    def _get_forget_limit(self):
        """Return the moment before which what was delivered is due, naive UTC."""
        self.ensure_one()
        return fields.Datetime.now() - timedelta(days=self.personal_data_days)

    def _get_personal_data_years(self, company):
        """Return for how many years a company keeps its invoices."""
        accounts = self.sudo().search([("company_id", "=", company.id)])
        default = self._fields["personal_data_years"].default(self)
        return max(accounts.mapped("personal_data_years"), default=default)

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_forget_personal_data(self):
        """Forget the personal data that are due, in batches, each with its commit."""
        commit = self.env["ir.cron"]._commit_progress
        accounts = self.with_context(active_test=False).search([])
        in_time = True
        for account in accounts:
            in_time = in_time and account._forget_due(commit)
        in_time = in_time and accounts._forget_rest(commit)
        if not in_time:
            # Odoo runs the action again at once, not tomorrow.
            commit(remaining=1)
        # The files that were replaced or deleted leave the disk now.
        self.env["ir.attachment"]._gc_file_store()

    def _forget_due(self, commit):
        """Forget what is due of one account.

        :param commit: function that ends the transaction and returns the seconds left
        :return: whether all is done; False where the time is up
        """
        self.ensure_one()
        log = self.env["amazon.privacy.log"]._start(self.company_id, self)
        failed = self.env["sale.order"]
        leftover = self.env["amazon.privacy.leftover"]
        in_time = True
        while in_time and (
            orders := failed._find_due_amazon_orders(self, ORDERS, failed)
        ):
            counts, bad = self.env["amazon.privacy.order"].forget_safely(orders)
            failed |= bad
            log._add(counts)
            in_time = commit(len(orders))
        while in_time and (count := leftover.forget_old_rows(self)):
            log._add({"row_count": count})
            in_time = commit(count)
        entries = True
        while in_time and entries:
            counts, entries = leftover.forget_old_entries(self)
            log._add(counts)
            in_time = commit(entries)
        if in_time:
            leftover.forget_records(self)
            for report in leftover.find_files(self):
                log._add(leftover.strip_safely(report))
                in_time = commit(1)
                if not in_time:
                    break
        if failed:
            self._tell_not_forgotten(failed)
        if not log._has_counted():
            log.unlink()
        commit()
        return bool(in_time)

    def _forget_rest(self, commit):
        """Forget contacts whose time is up, and what dialogs have left."""
        companies = self.company_id
        counts = Counter(
            attachment_count=self.env["amazon.privacy.leftover"].forget_dialogs()
        )
        in_time = commit()
        due = True
        while in_time and due:
            found, due = self.env["amazon.privacy.leftover"].forget_contacts(CONTACTS)
            counts.update(found)
            in_time = commit(len(due))
        if any(counts.values()) and companies:
            self.env["amazon.privacy.log"]._start(companies[0])._add(counts)
            commit()
        return bool(in_time)

    def _tell_not_forgotten(self, orders):
        """Have the responsible look at orders whose personal data could not go."""
        refs = orders.mapped("amazon_order_ref")
        self._schedule_amazon_todo(
            self._get_responsible() or self.env.user,
            message("todo_not_forgotten"),
            message("not_forgotten", orders=", ".join(refs[:NAMED]), count=len(refs)),
        )
