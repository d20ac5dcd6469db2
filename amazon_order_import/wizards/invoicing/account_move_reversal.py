from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        self.move_ids._check_amazon_refund_left()
        return super().reverse_moves(is_modify=is_modify)
