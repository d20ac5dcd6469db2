import logging
from collections import Counter
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...report_formats import KINDS
from ...report_formats.personal_data import is_personal
from ..report.amazon_report import OPEN_STATES
from .amazon_privacy_contact import LOOK_AGAIN, QUIET
from .amazon_privacy_trace import Trace

_logger = logging.getLogger(__name__)

PERSONAL_KINDS = tuple(filter(is_personal, KINDS))
#: Rows that are stripped in one go.
ROWS = 1000
#: Entries whose files are deleted in one go.
ENTRIES = 200
#: What a dialog holds is needed no longer than this.
DIALOG_LIFE = timedelta(days=1)
ADDON = "amazon_order_import"


class AmazonPrivacyLeftover(models.AbstractModel):
    """Forgets what belongs to no order in Odoo, or is left of forgotten ones."""

    _name = "amazon.privacy.leftover"
    _description = "Personal Data Without Order"

    # === REPORTS === #

    @api.private
    def forget_old_rows(self, account):
        """Forget rows of old reports whose order was never imported.

        Those of an order that is there wait for it.

        :return: how many rows were changed, at most about `ROWS`
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT row.id
                  FROM amazon_report_row row
                  JOIN amazon_report report ON report.id = row.report_id
                 WHERE report.account_id = %s
                   AND report.kind IN %s
                   AND report.forgotten_at IS NULL
                   AND report.state NOT IN %s
                   AND LEAST(report.asked_at, report.create_date) < %s
                   AND row.is_forgotten IS NOT TRUE
                   AND NOT EXISTS (
                       SELECT FROM sale_order o
                        WHERE o.company_id = row.company_id
                          AND o.amazon_order_ref = row.order_ref
                          AND o.amazon_forgotten_at IS NULL
                   )
                 LIMIT %s
                """,
                account.id,
                PERSONAL_KINDS,
                OPEN_STATES,
                account._get_forget_limit(),
                ROWS,
            )
        )
        return self.env["amazon.report.row"].browse([id_ for (id_,) in rows])._forget()

    @api.private
    def find_files(self, account):
        """Return the reports whose file is to be replaced.

        Rows of them were forgotten; or they are old, and nothing is left to wait for.
        """
        Report = self.env["amazon.report"]
        closed = [
            ("account_id", "=", account.id),
            ("kind", "in", PERSONAL_KINDS),
            ("state", "not in", OPEN_STATES),
            ("forgotten_at", "=", False),
        ]
        limit = account._get_forget_limit()
        old = Report.search([*closed, ("create_date", "<", limit)])
        waiting = self.env["amazon.report.row"]._read_group(
            [("report_id", "in", old.ids), ("is_forgotten", "=", False)], ["report_id"]
        )
        old -= Report.union(*(report for (report,) in waiting))
        old._strip_later()
        return Report.search([*closed, ("is_to_strip", "=", True)]) | old

    @api.private
    def strip_safely(self, report):
        """Replace the file of a report.

        :return: counts by field of ``amazon.privacy.log``
        """
        try:
            with self.env.cr.savepoint():
                return {"file_count": report._strip_pending()}
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            # One file that nobody foresaw must not keep the others.
            _logger.exception("The file of report %s is not stripped", report.id)
            return {"failed_count": 1}

    # === RECORDS WITHOUT ORDER === #

    @api.private
    def forget_records(self, account):
        """Forget what old returns and VAT documents without order say of buyers."""
        limit = account._get_forget_limit()
        old = [
            ("account_id", "=", account.id),
            ("sale_order_id", "=", False),
            ("create_date", "<", limit),
        ]
        for name, field in (
            ("amazon.return", "comment"),
            ("amazon.vat.document", "correction_details"),
            ("amazon.vat.invoice", "correction_details"),
        ):
            records = self.env[name].search([*old, (field, "!=", False)])
            records.with_context(**QUIET)[field] = False
        self.env["amazon.vat.invoice"].search(
            [*old, ("billing", "!=", False)]
        ).billing = False
        for name in ("amazon.vat.document", "amazon.vat.invoice"):
            documents = self.env[name].search([*old, ("buyer_vat", "!=", False)])
            documents.filtered(
                lambda document: not document.row_ids._tell_of_business()
            ).with_context(**QUIET).buyer_vat = False

    @api.private
    def forget_contacts(self, limit):
        """Forget contacts that an invoice, or something else, has kept until now.

        :return: counts by field of ``amazon.privacy.log``, and the contacts
        """
        contacts = self.env["res.partner"].with_context(active_test=False)
        due = contacts.search(
            [("amazon_forget_on", "<=", fields.Date.context_today(self))],
            limit=limit,
            order="amazon_forget_on, id",
        )
        counts = self._forget_contacts_safely(due)
        # An order that is not due yet uses these again: they go with it.
        today = fields.Date.context_today(self)
        due.filtered(
            lambda contact: (contact.amazon_forget_on or date.max) <= today
        ).amazon_forget_on = today + LOOK_AGAIN
        return counts, due

    def _forget_contacts_safely(self, contacts):
        """Forget contacts together; if that fails, one by one.

        :return: counts by field of ``amazon.privacy.log``
        """
        try:
            with self.env.cr.savepoint():
                found = self.env["amazon.privacy.contact"].forget(
                    contacts,
                    self.env["sale.order"],
                    set(),
                    contacts.commercial_partner_id.filtered("is_company"),
                )
            return Counter(found)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            # One contact that something holds must not keep the others.
            _logger.exception("Contacts are not forgotten: %s", contacts.ids)
        if len(contacts) == 1:
            return Counter(failed_count=1)
        return sum(map(self._forget_contacts_safely, contacts), Counter())

    @api.private
    def forget_old_entries(self, account):
        """Delete the files of entries that the tax law demands no longer.

        Whoever they are made out to: they also tell where the goods went.

        :return: counts by field of ``amazon.privacy.log``, and how many entries
        """
        self.env.flush_all()
        years = account._get_personal_data_years(account.company_id)
        found = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT move.id
                  FROM sale_order o
                  JOIN sale_order_line line ON line.order_id = o.id
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                  JOIN account_move_line sold ON sold.id = rel.invoice_line_id
                  JOIN account_move move ON move.id = sold.move_id
                  JOIN ir_attachment file
                    ON file.res_model = 'account.move'
                   AND file.res_id = move.id
                 WHERE o.amazon_account_id = %s
                   AND o.amazon_forgotten_at IS NOT NULL
                   AND COALESCE(move.invoice_date, move.date) < %s
                 LIMIT %s
                """,
                account.id,
                date(fields.Date.context_today(self).year - years, 1, 1),
                ENTRIES,
            )
        )
        moves = self.env["account.move"].browse([id_ for (id_,) in found])
        trace = self.env["amazon.privacy.trace"]
        return trace.forget([Trace(move) for move in moves]), len(moves)

    # === DIALOGS === #

    @api.private
    def forget_dialogs(self):
        """Delete what is left of the addon's dialogs: files that were uploaded.

        :return: how many attachments were deleted
        """
        limit = fields.Datetime.now() - DIALOG_LIFE
        names = [
            name
            for name, model in self.env.registry.items()
            if model._transient and model._original_module == ADDON
        ]
        for name in names:
            self.env[name].search([("create_date", "<", limit)]).unlink()
        files = self.env["ir.attachment"].search(
            [
                ("res_model", "in", names),
                ("create_date", "<", limit),
                ("res_field", "!=", None),
            ]
        )
        files |= files.search([("res_model", "in", names), ("create_date", "<", limit)])
        count = len(files)
        files.unlink()
        return count
