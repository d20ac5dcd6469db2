from datetime import timedelta

from odoo import api, fields, models

from ...report_formats import KINDS

#: Without a sign of another program, Amazon's list is looked through once in this time.
LOOK_FOR_OTHERS = timedelta(days=1)


class AmazonReport(models.Model):
    """Reports that other programs had Amazon make, and that will do for Odoo."""

    _inherit = "amazon.report"

    is_foreign = fields.Boolean(
        "Requested by Another Program",
        readonly=True,
        copy=False,
        help="Another program had Amazon make this report; its file is used here too",
    )

    @api.model
    def _drop_known(self, account, found):
        """Return those of Amazon's reports that Odoo neither asked for nor took over.

        :param account: ``amazon.account`` record
        :param found: iterable of ``selling_partner.records.Report``
        :return: list of them, in the same order
        """
        found = list(found)
        mine = [("account_id", "in", account._get_seller_accounts().ids)]
        reports = self.sudo()
        known = set(
            reports.search(
                [*mine, ("amazon_report_id", "in", [r.report_id for r in found])]
            ).mapped("amazon_report_id")
        )
        # Few: only reports that Amazon ended without a file have earlier ones.
        for report in reports.search([*mine, ("earlier_amazon_ids", "!=", False)]):
            known.update(report.earlier_amazon_ids.split())
        return [report for report in found if report.report_id not in known]

    def _may_have_others(self):
        """Whether it is worth a call to look for reports of other programs.

        Only where Amazon makes a report once in a while for all programs together:
        where one was seen lately, else once a day.
        """
        if not KINDS[self.kind].min_minutes:
            return False
        Ledger = self.env["amazon.api.call"].sudo()
        seller = ("seller_key", "=", self.account_id._get_seller_key())
        report_type = ("report_type", "=", self._get_report_type())
        if Ledger._get_next_call(self.account_id, "getReports") > fields.Datetime.now():
            return False
        if Ledger.search_count([seller, report_type, ("foreign", "=", True)], limit=1):
            return True
        return not Ledger.search_count(
            [
                seller,
                report_type,
                ("operation", "=", "getReports"),
                ("called_at", ">", fields.Datetime.now() - LOOK_FOR_OTHERS),
            ],
            limit=1,
        )

    def _list_others(self, client):
        """Return the reports of this type that other programs asked for lately.

        They are entered into the ledger: Amazon counts them too.

        :return: list of ``selling_partner.records.Report``, newest first
        """
        pause = timedelta(minutes=KINDS[self.kind].min_minutes)
        since = min(self.asked_at or fields.Datetime.now(), fields.Datetime.now())
        reports = client.get_reports(
            report_types=[self._get_report_type()],
            created_since=self._aware(since - pause),
        )
        others = self._drop_known(self.account_id, reports)
        self.env["amazon.api.call"]._note_foreign(self.account_id, others)
        return others

    def _take_from_others(self, client):
        """Use a report that another program had Amazon make, if one will do.

        :return: whether there is one
        """
        for found in self._list_others(client):
            if self._will_do(found):
                self._adopt(found)
                return True
        return False

    def _will_do(self, found):
        """Whether another program's report holds what this one has to."""
        if found.processing_status not in ("DONE", "IN_PROGRESS", "IN_QUEUE"):
            return False
        if not set(self._get_marketplace_refs()) <= set(found.marketplace_ids):
            return False
        if not self.date_from:
            return True
        pause = timedelta(minutes=KINDS[self.kind].min_minutes)
        return bool(
            found.data_start
            and found.data_end
            and found.data_start <= self._aware(self.date_from)
            and found.data_end >= self._aware(self.date_to) - pause
        )

    def _adopt(self, found):
        """Go on with a report that another program had Amazon make."""
        values = {
            "amazon_report_id": found.report_id,
            "amazon_status": found.processing_status,
            "is_foreign": True,
            "asked_at": self._naive(found.created),
            "cancel_asked": False,
            "last_error": False,
            "next_attempt": False,
        }
        if self.date_to:
            # What comes after its end is not covered by it.
            values["date_to"] = min(self.date_to, self._naive(found.data_end))
        self.write(values)
        self.message_post(
            body=self.env._(
                "Another program requested the same report of Amazon at %(moment)s "
                "(%(report)s). Its file is used instead of asking for one more.",
                moment=self._format_moment(self._naive(found.created)),
                report=found.report_id,
            )
        )

    def _had_foreign_neighbour(self):
        return bool(self._get_neighbours().filtered("foreign"))
