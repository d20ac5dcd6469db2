from odoo import api, fields, models


class AmazonAccount(models.Model):
    """What an account should change about the columns of its reports."""

    _inherit = "amazon.account"

    column_advice = fields.Text(
        "Columns to Switch On", compute="_compute_column_advice"
    )
    column_url = fields.Char("Column Picker", compute="_compute_column_advice")

    @api.depends_context("lang")
    @api.depends("vat_service", "region", "gift_wrap_product_id", "channel_ids.active")
    def _compute_column_advice(self):
        latest = self._get_latest_reports()
        for account in self:
            texts = [
                f"{report.display_name}\n{report.column_advice}"
                for report in latest
                if report.account_id == account and report.column_advice
            ]
            account.column_advice = "\n".join(texts) or False
            account.column_url = account._get_column_url()

    def _get_latest_reports(self):
        """Return the latest report of each kind whose columns are known."""
        Report = self.env["amazon.report"]
        latest = Report._read_group(
            [("account_id", "in", self.ids), ("columns", "!=", False)],
            ["account_id", "kind"],
            ["id:max"],
        )
        return Report.browse([report_id for _account, _kind, report_id in latest])

    def _get_column_url(self):
        """Return the page of Seller Central on which columns are switched on."""
        self.ensure_one()
        channels = self.channel_ids.filtered("active").marketplace_id
        hosts = channels or self.env["amazon.marketplace"].search(
            [("region", "=", self.region)]
        )
        home = hosts.filtered(lambda m: m.country_id == self.company_id.country_id)
        host = (home or hosts)[:1].seller_central_host
        # Source: amzn/selling-partner-api-docs#1939
        return host and f"https://{host}/order-reports-and-feeds/column-picker"
