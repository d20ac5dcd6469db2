from odoo import api, models

from ...messages import Name, message
from ...models.report.importing import RefusedFile
from ...report_formats import get_fingerprint
from ...report_formats.moments import to_utc


class AmazonSettlementImporter(models.AbstractModel):
    """Keeps each row of a settlement; once the file is through, it is booked.

    Identical rows are real: what identifies a row is its number.
    """

    _name = "amazon.settlement.importer"
    _inherit = "amazon.row.importer"
    _description = "Import of Amazon Settlements"

    @api.private
    def start_report(self, report, parsed):
        """Refuse a file that tells a settlement otherwise than another one did."""
        fingerprint = get_fingerprint(parsed)
        numbers = {row.values.settlement_id for row in parsed.rows() if row.values}
        for settlement in self._find(report, numbers).values():
            if settlement.fingerprint != fingerprint:
                raise RefusedFile(
                    self.env,
                    message(
                        "settlement_differs",
                        settlement=settlement.settlement_id,
                        report=Name.of(settlement.report_id),
                    ),
                )
        report.settlement_fingerprint = fingerprint

    def _find(self, report, numbers):
        found = self.env["amazon.settlement"].search(
            [
                ("account_id", "=", report.account_id.id),
                ("settlement_id", "in", list(numbers)),
            ]
        )
        return {settlement.settlement_id: settlement for settlement in found}

    def _import_works(self, report, works):
        works = [work for work in works if self._is_read(report, work)]
        known = self._find(report, {work.values.settlement_id for work in works})
        # The first row with the total counts, should it stand in others, too.
        controls = {}
        for work in works:
            if work.values.is_control and work.values.settlement_id not in known:
                controls.setdefault(work.values.settlement_id, work)
        controls = list(controls.values())
        currencies = {
            currency.name: currency
            for currency in self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", [work.values.currency for work in controls])])
        }
        for work in controls:
            self._check_currency(work, currencies)
        created = self.env["amazon.settlement"].create(
            [self._prepare_settlement(report, work, currencies) for work in controls]
        )
        known |= {settlement.settlement_id: settlement for settlement in created}
        self._import_lines(report, works, known)

    def _check_currency(self, work, currencies):
        currency = currencies.get(work.values.currency)
        if not currency:
            raise RefusedFile(
                self.env, message("settlement_currency", currency=work.values.currency)
            )
        if not currency.active:
            currency.sudo().active = True

    def _prepare_settlement(self, report, work, currencies):
        row = work.values
        return {
            "account_id": report.account_id.id,
            "report_id": report.id,
            "settlement_id": row.settlement_id,
            "currency_id": currencies[row.currency].id,
            "date_from": to_utc(row.start),
            "date_to": to_utc(row.end),
            "deposit_date": to_utc(row.deposit),
            "amount_total": float(row.total),
            "fingerprint": report.settlement_fingerprint,
        }

    def _import_lines(self, report, works, settlements):
        Line = self.env["amazon.settlement.line"]
        there = {
            (line.settlement_id.settlement_id, line.number): line
            for line in Line.search(
                [
                    ("settlement_id", "in", [s.id for s in settlements.values()]),
                    ("number", "in", [work.parsed.number for work in works]),
                ]
            )
        }
        vals_list = []
        for work in works:
            row = work.values
            settlement = settlements[row.settlement_id]
            mine = settlement.report_id == report
            line = there.get((row.settlement_id, work.parsed.number))
            if row.amount is not None and not line:
                vals_list.append(self._prepare_line(settlement, work))
            elif line and mine and not line.row_id:
                line.row_id = work.record
            work.record.write(
                {
                    "order_ref": row.order_id or False,
                    "sku": row.sku or False,
                    "row_key": str(work.parsed.number),
                    "amazon_settlement_id": settlement.id,
                }
            )
            self._set_outcome(work, "created" if mine else "unchanged")
        Line.create(vals_list)

    def _prepare_line(self, settlement, work):
        row = work.values
        return {
            "settlement_id": settlement.id,
            "number": work.parsed.number,
            "row_id": work.record.id,
            "transaction_type": row.transaction_type,
            "order_ref": row.order_id,
            "merchant_order_ref": row.merchant_order_id,
            "adjustment_ref": row.adjustment_id,
            "shipment_ref": row.shipment_id,
            "marketplace": row.marketplace,
            "amount_type": row.amount_type,
            "amount_description": row.amount_description,
            "amount": float(row.amount or 0),
            "fulfillment": row.fulfillment,
            "posted_at": to_utc(row.posted),
            "order_item_ref": row.order_item_id,
            "merchant_order_item_ref": row.merchant_order_item_id,
            "merchant_adjustment_item_ref": row.merchant_adjustment_item_id,
            "sku": row.sku,
            "quantity": row.quantity or 0,
            "promotion_ref": row.promotion_id,
        }

    @api.private
    def finish_report(self, report):
        settlements = self.env["amazon.settlement"].search(
            [("report_id", "=", report.id), ("state", "in", ("reading", "held"))]
        )
        settlements._book()
