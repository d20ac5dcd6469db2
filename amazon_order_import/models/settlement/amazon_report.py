from odoo import fields, models

from ...messages import message
from ..report.importing import UndoStep


class AmazonReport(models.Model):
    _inherit = "amazon.report"

    settlement_fingerprint = fields.Char(readonly=True, copy=False)

    def _plan_undo(self):
        steps = super()._plan_undo()
        if self.kind == "settlement":
            rows = self.row_ids.filtered("amazon_settlement_id")
            steps += [
                UndoStep(
                    self.env["sale.order"],
                    members,
                    settlement,
                    remove=settlement._remove,
                    reason=self._explain_settled(settlement),
                )
                for settlement, members in rows.grouped("amazon_settlement_id").items()
            ]
        return steps

    def _explain_settled(self, settlement):
        """Return why a settlement stays, or None."""
        move = settlement.move_id
        if settlement.report_id != self:
            return message("settlement_of_other", settlement=settlement.settlement_id)
        if move.state == "posted" and (
            locks := move._get_violated_lock_dates(move.date, False)
        ):
            return message(
                "settlement_locked",
                settlement=settlement.settlement_id,
                date=move.date,
                locks=self.env["res.company"]._format_lock_dates(locks),
            )
        transit = move.line_ids.filtered(
            lambda line: line.account_id == settlement.company_id.transfer_account_id
        )
        if transit.filtered(
            lambda line: line.matched_debit_ids or line.matched_credit_ids
        ):
            return message("settlement_at_bank", settlement=settlement.settlement_id)
        return None
