"""What a person can do by one click where a sale is held for its tax."""

from odoo import api, models

from ...messages import Message
from ...trusted_context import Trusted

#: Reasons that a new tax cures.
TAX_PROBLEMS = ("tax_position_missing_oss", "tax_missing_oss", "tax_missing_country")
REGISTRATION_PROBLEM = "tax_registration_missing"


class AmazonTaxCure(models.AbstractModel):
    """For records that are held as Odoo lacks a tax, or the account a registration.

    They have the method ``_process_held_for_tax`` that processes them again.
    """

    _name = "amazon.tax.cure"
    _description = "Cures of What Is Held For Its Tax"

    @api.private
    def get_cause(self, told):
        """Return the `Message` inside of one that says that something was not made."""
        values = told.values if told else {}
        cause = values.get("error") or values.get("problem")
        return cause if isinstance(cause, Message) else None

    @api.private
    def get_code(self, problem):
        """Return which cure there is: ``tax``, ``registration`` or ``""``.

        :param problem: `Message`, or None
        """
        code = problem.code if problem else ""
        if code in TAX_PROBLEMS:
            return "tax"
        return "registration" if code == REGISTRATION_PROBLEM else ""

    @api.private
    def create_taxes(self, records):
        """Create the taxes that are missing; process again what waits for them.

        :param records: those that the user has chosen
        :return: the action that tells which taxes were made
        :raise AccessError: where the user may not create taxes
        :raise MessageError: where OSS is not set up
        """
        records.check_access("read")
        self.env["account.tax"].check_access("create")
        held = records.sudo().filtered("amazon_can_create_tax")
        last = self.env["account.tax"].sudo().search([], order="id desc", limit=1)
        held.with_context(amazon_create_tax=Trusted())._process_held_for_tax()
        return self._tell_created(last.search([("id", ">", last.id)]))

    def _tell_created(self, taxes):
        reload = {"type": "ir.actions.client", "tag": "soft_reload"}
        if not taxes:
            return reload
        taxes.invalidate_recordset(["repartition_line_ids"])
        without = taxes.filtered(lambda tax: not tax.repartition_line_ids.tag_ids)
        told = self.env._("Created: %s.", ", ".join(taxes.mapped("name")))
        if without:
            told += " " + self.env._(
                "Choose the tax grids of %s: its box in the VAT return is not known.",
                ", ".join(without.mapped("name")),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": told,
                "type": "warning" if without else "success",
                "sticky": bool(without),
                "next": reload,
            },
        }

    @api.private
    def open_registration(self, account, problem):
        """Open the account's line of the registration that is missing, prefilled.

        :param account: ``amazon.account`` record
        :param problem: `Message` that says so
        :raise AccessError: where the user may not change the account
        """
        account.check_access("write")
        country, sale_type = problem.values["country"].id, problem.values["sales"].value
        known = account.tax_registration_ids.filtered(
            lambda line: line.country_id.id == country
        )
        line = known.filtered(
            lambda line: not line.fiscal_position_id
            and line.sale_type in ("all", sale_type)
        )[:1]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tax Registration"),
            "res_model": known._name,
            "res_id": line.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_account_id": account.id,
                "default_country_id": country,
                "default_sale_type": sale_type,
                "default_vat": known[:1].vat,
            },
        }
