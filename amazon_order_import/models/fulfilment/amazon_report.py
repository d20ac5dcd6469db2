from odoo import fields, models


class AmazonReport(models.Model):
    _inherit = "amazon.report"

    stock_pool = fields.Char(
        readonly=True,
        help="Which stock a file of FBA stock is about, where a person said so",
    )
    stock_moment = fields.Datetime(
        "Moment of the Stock",
        readonly=True,
        help="When Amazon made a file of FBA stock, where a person said so",
    )
    is_accepted = fields.Boolean(
        readonly=True,
        help="A person said that the file is right though it has far fewer rows than "
        "the last one",
    )

    def action_accept_file(self):
        """Process a file that was refused for its few rows."""
        self.check_access("read")
        reports = self.filtered(lambda report: report.failure_code == "half_file")
        reports.sudo().is_accepted = True
        for report in reports:
            report.message_post(
                body=self.env._(
                    "%(user)s says that the file is right.", user=self.env.user.name
                )
            )
        reports._process_again()
        reports._process_soon()
        return True

    def _get_stock_pool(self):
        """Return which stock a report of FBA stock is about, e.g. ``EU``."""
        self.ensure_one()
        pools = self.marketplace_ids._get_stock_pools()
        if self.stock_pool:
            return self.stock_pool
        if len(pools) == 1:
            return pools[0]
        return self.account_id._get_default_stock_pool()

    def _get_stock_moment(self):
        """Return the moment of a report of FBA stock, naive UTC."""
        self.ensure_one()
        return self.stock_moment or self.asked_at or self.create_date
