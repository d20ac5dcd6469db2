from collections import defaultdict
from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools.misc import format_date, formatLang

from ...messages import Name, message
from ...report_formats import open_report
from ..report.importing import UndoStep

AMOUNTS = ("untaxed", "tax", "total")


class AmazonReport(models.Model):
    _inherit = "amazon.report"

    vat_totals = fields.Json(
        help="Sums by month and currency: of the file, and of its documents in Odoo"
    )
    vat_totals_differ = fields.Boolean(compute="_compute_vat_totals_html")
    vat_totals_html = fields.Html("Totals", compute="_compute_vat_totals_html")
    vat_document_count = fields.Integer(
        "VAT Documents", compute="_compute_vat_document_count"
    )

    def _compute_vat_document_count(self):
        counts = dict(
            self.env["amazon.report.row"]._read_group(
                [("report_id", "in", self.ids), ("vat_document_id", "!=", False)],
                ["report_id"],
                ["vat_document_id:count_distinct"],
            )
        )
        for report in self:
            report.vat_document_count = counts.get(report, 0)

    def _check_vat_totals(self):
        """Compare the sums of the file with those of its documents, by month.

        Rows without a number are no documents yet and do not count, nor do those that
        tell of no sale.
        """
        self.env.flush_all()
        told = self._sum_vat_file()
        found = self._sum_vat_documents()
        self.vat_totals = [
            {
                "month": month,
                "currency": currency,
                "file": told[month, currency],
                "odoo": found[month, currency],
            }
            for month, currency in sorted(set(told) | set(found))
        ]

    def _sum_vat_file(self):
        """Return ``{(month, currency): [net, tax, total]}`` of the file, as text."""
        sums = defaultdict(lambda: [Decimal(0)] * 3)
        with self._open_file() as stream:
            parsed = open_report(stream, self.kind, self.charset or None)
            for row in parsed.rows():
                told = row.values
                if not told or not told.number or not told.is_sale:
                    continue
                parts = told.components.values()
                key = self._get_month(told.date), told.currency
                amounts = [
                    sum((part[place] for part in parts), Decimal(0))
                    for place in range(3)
                ]
                sums[key] = [a + b for a, b in zip(sums[key], amounts, strict=True)]
        return defaultdict(
            lambda: ["0.00"] * 3,
            {key: [f"{a:.2f}" for a in amounts] for key, amounts in sums.items()},
        )

    def _sum_vat_documents(self):
        """Return the same of what the documents in Odoo hold."""
        sums = defaultdict(lambda: ["0.00"] * 3)
        for month, currency, *amounts in self.env[
            "amazon.vat.document.line"
        ]._read_group(
            [("row_ids.report_id", "=", self.id)],
            ["date:month", "currency_id"],
            [f"amount_{name}:sum" for name in AMOUNTS],
        ):
            sums[self._get_month(month), currency.name] = [
                f"{amount + 0.0:.2f}".replace("-0.00", "0.00") for amount in amounts
            ]
        return sums

    def _get_month(self, date):
        return f"{date:%Y-%m}" if date else ""

    @api.depends("vat_totals")
    @api.depends_context("lang")
    def _compute_vat_totals_html(self):
        for report in self:
            totals = report.vat_totals or []
            report.vat_totals_differ = any(t["file"] != t["odoo"] for t in totals)
            report.vat_totals_html = report._render_vat_totals(totals)

    def _render_vat_totals(self, totals):
        """Return the sums as a table; text of the file is escaped."""
        if not totals:
            return False
        heads = (
            self.env._("Month"),
            self.env._("Currency"),
            self.env._("Net in the file"),
            self.env._("Tax in the file"),
            self.env._("Total in the file"),
            self.env._("Total in Odoo"),
            "",
        )
        lines = []
        for entry in totals:
            same = entry["file"] == entry["odoo"]
            net, tax, total = self._format_totals(entry, "odoo")
            mark = (
                Markup('<span class="text-success">✓ %s</span>') % self.env._("agrees")
                if same
                else Markup('<span class="text-danger">%s</span>')
                % self.env._(
                    "differs: net %(net)s, tax %(tax)s",
                    net=net,
                    tax=tax,
                )
            )
            lines.append(
                Markup("<tr>%s</tr>")
                % Markup().join(
                    Markup('<td class="%s">%s</td>')
                    % ("text-end" if 2 <= place < 6 else "", cell)
                    for place, cell in enumerate(
                        (
                            self._format_month(entry["month"]),
                            entry["currency"],
                            *self._format_totals(entry, "file"),
                            total,
                            mark,
                        )
                    )
                )
            )
        return Markup(
            '<table class="table table-sm"><thead><tr>%s</tr></thead>'
            "<tbody>%s</tbody></table>"
        ) % (
            Markup().join(Markup("<th>%s</th>") % head for head in heads),
            Markup().join(lines),
        )

    def _format_totals(self, entry, name):
        """Return net, tax and total of an entry as the reader writes them."""
        return [formatLang(self.env, float(amount), digits=2) for amount in entry[name]]

    def _format_month(self, month):
        """Return a month, as text like ``2026-11``, as the reader writes it."""
        if not month:
            return ""
        day = fields.Date.to_date(f"{month}-01")
        return format_date(self.env, day, date_format="MMMM y")

    def action_view_vat_documents(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_vat_document_action"
        )
        action["domain"] = [("row_ids.report_id", "=", self.id)]
        action["context"] = {}
        return action

    # === PLAN OF AN UNDO === #

    def _plan_undo(self):
        steps = super()._plan_undo()
        if self.kind == "vcs_invoices":
            steps += self._plan_vat_undo("vat_document_id", self._describe_vat_booked)
        elif self.kind == "vcs_lite":
            steps += self._plan_vat_undo("vat_invoice_id", self._describe_vat_invoiced)
        return steps

    def _plan_vat_undo(self, name, describe_move):
        """Documents that only this report told of, and that have no entry, go.

        :param str name: field of ``amazon.report.row`` with the document
        :param describe_move: function that says of a document that it has an entry
        """
        steps = []
        rows_by_document = self.row_ids.filtered(name).grouped(name)
        documents = self.row_ids[name]
        others = self._get_other_rows(name, documents)
        for document, rows in rows_by_document.items():
            reason = None
            if document.move_id:
                reason = describe_move(document)
            elif told := others.get(document):
                reason = message("undo_also_told", row=Name.of(told[0]))
            steps.append(
                UndoStep(document.sale_order_id, rows, document, reason=reason)
            )
        return steps

    def _describe_vat_booked(self, document):
        return message(
            "undo_document_booked",
            number=document.number,
            entry=Name.of(document.move_id),
        )

    def _describe_vat_invoiced(self, document):
        return message("undo_invoiced", names=Name.of(document.move_id))
