from datetime import timedelta

import pytz

from odoo import fields, models

from ...messages import MessageError, message
from ...report_formats import KINDS
from ...selling_partner.errors import SellingPartnerError

#: How often Amazon is asked for new settlements: they come every two weeks.
LOOK_INTERVAL = timedelta(hours=6)
#: Amazon may list a settlement late.
LOOK_OVERLAP = timedelta(days=3)
#: After a look that failed.
RETRY_INTERVAL = timedelta(hours=1)
KIND = "settlement"


class AmazonAccount(models.Model):
    """How the settlements of an account are found and booked."""

    _inherit = "amazon.account"

    settlement_import = fields.Boolean(
        "Fetch Settlements",
        help="Look for new settlements at Amazon; at the first time 90 days back",
    )
    settlement_policy = fields.Selection(
        [
            ("none", "Are listed only"),
            ("draft", "Become draft entries"),
            ("post", "Become posted entries"),
        ],
        "Settlements",
        required=True,
        default="post",
        help="Fees are booked as they are, without input VAT: only Amazon's tax "
        "invoices, which are no part of the settlement, give that. Settlements with "
        "rows that are not known stay drafts",
        tracking=True,
    )
    settlement_journal_ids = fields.Many2many(
        "account.journal",
        "amazon_account_settlement_journal_rel",
        string="Clearing Journals",
        check_company=True,
        domain=[("type", "in", ("bank", "cash", "credit"))],
        help="One per currency; its balance is what Amazon owes you. One is created "
        "for a currency that has none",
    )
    # Up to when all settlements are known; a look that fails does not move it.
    settlements_looked = fields.Datetime(readonly=True, copy=False)
    settlements_retry = fields.Datetime(readonly=True, copy=False)

    # === BOOKING === #

    def _get_settlement_day(self, settlement):
        """Return the day of the entry: the settlement's last, in the local time."""
        zone = self.company_id.partner_id.tz or self.user_id.tz or "Europe/Berlin"
        moment = settlement.date_to or settlement.deposit_date
        return pytz.utc.localize(moment).astimezone(pytz.timezone(zone)).date()

    def _get_clearing_journal(self, currency):
        """Return the journal whose balance is what Amazon owes in a currency."""
        self.ensure_one()
        own = self.company_id.currency_id
        for journal in self.payment_journal_id | self.settlement_journal_ids:
            if (journal.currency_id or own) == currency and journal.default_account_id:
                return journal
        if not self.company_id.chart_template:
            raise MessageError(
                self.env, message("settlement_no_chart", company=self.company_id.name)
            )
        return self._create_clearing_journal(currency)

    def _create_clearing_journal(self, currency):
        Journal = self.env["account.journal"].sudo().with_company(self.company_id)
        foreign = currency != self.company_id.currency_id
        codes = set(
            Journal.with_context(active_test=False)
            .search([("company_id", "=", self.company_id.id)])
            .mapped("code")
        )
        code = next(c for n in range(1, 1000) if (c := f"AMZ{n}") not in codes)
        journal = Journal.create(
            {
                "name": f"{self.name} {currency.name}",
                "type": "bank",
                "code": code,
                "company_id": self.company_id.id,
                "currency_id": currency.id if foreign else False,
            }
        )
        self.sudo().settlement_journal_ids += journal
        return journal

    # === AT AMAZON === #

    def _look_at_amazon(self, commit):
        finished = super()._look_at_amazon(commit)
        self._look_for_settlements(commit)
        return finished

    def _look_for_settlements(self, commit):
        """Take in the settlements that Amazon has made since the last look.

        :param commit: function that commits and returns the seconds left
        """
        now = fields.Datetime.now()
        if (
            not self.settlement_import
            or not self.has_credentials
            or self.disconnected_since
            or not self._is_settlement_look_due(now)
        ):
            return
        Report = self.env["amazon.report"].sudo()
        days = timedelta(days=KINDS[KIND].lookback_days) - timedelta(hours=1)
        since = max((self.settlements_looked or now - days) - LOOK_OVERLAP, now - days)
        try:
            with self._get_client() as client:
                found = list(
                    client.get_reports(
                        report_types=[KINDS[KIND].report_type],
                        created_since=Report._aware(since),
                    )
                )
        except SellingPartnerError as error:
            self._note_api_error(error, KIND)
            # All else goes on.
            self.settlements_retry = now + RETRY_INTERVAL
            commit()
            return
        Report.create(
            [
                {
                    "account_id": self.id,
                    "kind": KIND,
                    "amazon_report_id": report.report_id,
                    "amazon_document_id": report.document_id,
                    "amazon_status": report.processing_status,
                    "asked_at": Report._naive(report.created),
                    "date_from": report.data_start and Report._naive(report.data_start),
                    "date_to": report.data_end and Report._naive(report.data_end),
                }
                for report in Report._drop_known(self, found)
                if report.processing_status in ("DONE", "IN_PROGRESS", "IN_QUEUE")
            ]
        )
        self.write({"settlements_looked": now, "settlements_retry": False})
        commit()

    def _is_settlement_look_due(self, now):
        if self.settlements_retry:
            return now >= self.settlements_retry
        return not self.settlements_looked or (
            now >= self.settlements_looked + LOOK_INTERVAL
        )
