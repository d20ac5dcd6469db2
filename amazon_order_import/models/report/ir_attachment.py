from odoo import api, models
from odoo.tools import SQL


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def init(self):
        """Drop what an earlier version has left of the text of report files."""
        result = super().init()
        self.env.cr.execute(
            SQL(
                "UPDATE ir_attachment SET index_content = NULL "
                "WHERE res_model LIKE 'amazon.%%' AND index_content IS NOT NULL"
            )
        )
        return result

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._drop_amazon_index()
        return attachments

    def write(self, vals):
        result = super().write(vals)
        if not {"raw", "datas", "db_datas", "index_content", "res_model"}.isdisjoint(
            vals
        ):
            self._drop_amazon_index()
        return result

    def _drop_amazon_index(self):
        """Keep the text of reports, which names buyers, out of the search index."""
        indexed = self.filtered(
            lambda attachment: (
                attachment.index_content
                and (attachment.res_model or "").startswith("amazon.")
            )
        )
        if indexed:
            indexed.index_content = False
