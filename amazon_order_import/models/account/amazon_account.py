from odoo import api, fields, models


class AmazonAccount(models.Model):
    _name = "amazon.account"
    _description = "Amazon Account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, help="How you call this seller account")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    region = fields.Selection(
        [("eu", "Europe"), ("na", "North America"), ("fe", "Far East")],
        required=True,
        default="eu",
        help="Amazon authorises one region at a time: "
        "a seller in two regions has two accounts here",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Gets the to-dos of this account; scheduled actions note in this user's "
        "language what became of reports; salesperson of its orders",
    )

    channel_ids = fields.One2many(
        "amazon.account.marketplace",
        "account_id",
        "Channels",
        context={"active_test": False},
    )

    @api.model
    def _get_default(self):
        """The account with which a form begins."""
        return self.search([], limit=1)

    def _for_responsible(self, records):
        """Return the records with language and time zone of who reads what is noted.

        A scheduled action has neither.
        """
        user = self.user_id
        return records.with_context(
            lang=user.lang or self.env.lang, tz=user.tz or self.env.context.get("tz")
        )

    def _get_responsible(self):
        """Return who gets the to-dos of the account: somebody who may see it."""
        self.ensure_one()
        managers = self.env.ref("amazon_order_import.group_amazon_manager").all_user_ids
        for user in self.user_id | managers.filtered(lambda user: not user.share):
            if (
                user.active
                and self.company_id in user.company_ids
                and self.with_user(user).has_access("read")
            ):
                return user
        return self.env["res.users"]
