from odoo import fields, models

from ...models.report.amazon_report_coverage import GOOD_STATES


class AmazonOrderFinder(models.TransientModel):
    """Answers that the reports give: which one should have the order, where it is."""

    _inherit = "amazon.order.finder"

    def _get_answers(self):
        return [
            *super()._get_answers(),
            self._answer_not_shipped,
            self._answer_not_connected,
            self._answer_on_its_way,
            self._answer_failed,
            self._answer_not_requested,
            self._answer_not_brought,
            self._answer_other_company,
            self._answer_no_list,
            self._answer_unknown,
        ]

    def _answer_not_shipped(self, facts):
        control = facts.control
        if not control or control.state != "pending":
            return None
        now = fields.Datetime.now()
        if control.due_at and control.due_at > now:
            message = self.env._(
                "Amazon's reports follow a change with some delay. By %s it should be "
                "here; else its report is requested again by itself.",
                self._format(control.due_at),
            )
        else:
            message = self.env._(
                "FBA orders are in Amazon's reports once they are shipped. It comes by "
                "itself."
            )
        return {
            "code": "not_due",
            "level": "warning",
            "title": self.env._("Order %s is not due yet", control.order_ref),
            "message": message,
            "cure": self._get_request_cure(facts),
            **self._get_request(facts),
        }

    def _answer_not_connected(self, facts):
        account = facts.account
        since = account and account._get_disconnected_since()
        if not since or not facts.control:
            return None
        if self._is_covered(facts):
            return None
        return {
            "code": "not_connected",
            "level": "danger",
            "title": self.env._(
                "The account %s has no connection to Amazon", account.name
            ),
            "message": self.env._(
                "Since %(since)s Amazon cannot be asked for the report that has order "
                "%(order)s. %(reason)s",
                since=self._format(since),
                order=facts.order_ref,
                reason=account.connection_message or "",
            ),
            "cure": "renew",
        }

    def _is_covered(self, facts):
        """Whether good reports cover the whole window of the order."""
        return facts.window and not self.env["amazon.report"]._get_uncovered(
            facts.account,
            facts.kind,
            *facts.window,
            marketplaces=facts.control.marketplace_id,
        )

    def _answer_on_its_way(self, facts):
        report = facts.reports.filtered(
            lambda r: r.state in ("requested", "ready", "processing")
        )[:1]
        if not report:
            return None
        if report.state == "requested":
            message = self.env._(
                "%(report)s was requested on %(date)s and is still at Amazon. It is "
                "fetched and imported by itself.",
                report=report.display_name,
                date=self._format(report.create_date),
            )
            message = "\n".join(filter(None, (message, report.last_error)))
        else:
            message = self.env._(
                "%s is being processed. Look again in a few minutes.",
                report.display_name,
            )
        return {
            "code": "at_amazon" if report.state == "requested" else "processing",
            "level": "warning",
            "title": self.env._(
                "The report for order %s is on its way", facts.order_ref
            ),
            "message": message,
            "report_id": report.id,
        }

    def _answer_failed(self, facts):
        if self._is_covered(facts):
            return None
        report = facts.reports.filtered(
            lambda r: r.state in ("failed", "cancelled", "skipped")
        )[:1]
        if not report:
            return None
        states = dict(report._fields["state"]._description_selection(self.env))
        message = self.env._(
            "%(report)s: %(state)s.",
            report=report.display_name,
            state=states[report.state],
        )
        return {
            "code": f"report_{report.state}",
            "level": "danger",
            "title": self.env._(
                "The report that should have order %s did not come",
                facts.order_ref,
            ),
            "message": "\n".join(filter(None, (message, report.failure_reason))),
            "cure": "process"
            if report.state == "skipped" and report.file_size
            else self._get_request_cure(facts),
            "report_id": report.id,
            **self._get_request(facts),
        }

    def _answer_not_requested(self, facts):
        if not facts.window or self._is_covered(facts):
            return None
        start, end = facts.window
        return {
            "code": "not_requested",
            "level": "danger",
            "title": self.env._(
                "The report that has order %s was not requested", facts.order_ref
            ),
            "message": self.env._(
                "No report covers the whole time from %(start)s to %(end)s, in which "
                "Amazon reports it.",
                start=self._format(start),
                end=self._format(end),
            ),
            "cure": "request",
            **self._get_request(facts),
        }

    def _answer_not_brought(self, facts):
        control = facts.control
        if not control:
            return None
        if not facts.window:
            message = self.env._(
                "Amazon no longer reports on the time of its purchase (%s). Enter the "
                "order by hand, or download its report in Seller Central and upload "
                "it.",
                self._format(control.purchase_date),
            )
        elif control.next_attempt:
            message = self.env._(
                "The reports of its time came without it; Amazon's reports may be "
                "incomplete for days. Its report was requested again %(times)s times, "
                "the next time is %(next)s.",
                times=control.attempts,
                next=self._format(control.next_attempt),
            )
        else:
            message = self.env._(
                "The reports of its time came without it; Amazon's reports may be "
                "incomplete for days. Its report is requested again by itself."
            )
        return {
            "code": "not_brought",
            "level": "danger",
            "title": self.env._(
                "Amazon's reports came without order %s", control.order_ref
            ),
            "message": message,
            "cure": self._get_request_cure(facts),
            "report_id": facts.reports.filtered(lambda r: r.state in GOOD_STATES)[
                :1
            ].id,
            **self._get_request(facts),
        }

    def _answer_other_company(self, facts):
        """Another company of the user's has the order, one that is not chosen now."""
        others = self.env.user.company_ids - self.env.companies
        if not others or facts.account:
            return None
        elsewhere = self.with_context(allowed_company_ids=others.ids)
        account = elsewhere._get_facts(facts.order_ref).account
        if not account:
            return None
        return {
            "code": "other_company",
            "level": "info",
            "title": self.env._("Order %s belongs to another company", facts.order_ref),
            "message": self.env._(
                "It is known to the account %(account)s of %(company)s. Switch to that "
                "company at the top right, then look again.",
                account=account.name,
                company=account.company_id.name,
            ),
        }

    def _answer_no_list(self, facts):
        accounts = self.env["amazon.account"].search([])
        if any(account._get_last_control_moment() for account in accounts):
            return None
        return {
            "code": "no_list",
            "level": "warning",
            "title": self.env._("Nothing is known of order %s", facts.order_ref),
            "message": self.env._(
                "No report has it, and Amazon's list of all orders, which names every "
                "order, was not read yet. Request it, then look again."
            ),
            "cure": "request_list",
            "account_id": accounts[:1].id,
        }

    def _describe_reach(self, account):
        """Return how far an account's lists of all orders reach, as a sentence."""
        last = account._get_last_control_moment()
        if not last:
            return self.env._("%s: no list was read yet", account.name)
        return self.env._(
            "%(account)s: until %(moment)s",
            account=account.name,
            moment=self._format(last),
        )

    def _answer_unknown(self, facts):
        accounts = self.env["amazon.account"].search([])
        reach = [self._describe_reach(account) for account in accounts]
        return {
            "code": "unknown",
            "level": "warning",
            "title": self.env._("Amazon's lists do not name order %s", facts.order_ref),
            "message": "\n".join(
                (
                    self.env._(
                        "Check the number. If it is right, the order is newer than "
                        "the lists, of another seller account, or older than they "
                        "reach back. The lists of all orders reach:"
                    ),
                    *reach,
                )
            ),
            "cure": "request_list",
            "account_id": accounts[:1].id,
        }
