"""What a person can do by one click where a sale is held for its tax."""

from odoo import fields, models

from ...messages import Message
from ...trusted_context import Trusted

#: Reasons that a new tax cures.
TAX_PROBLEMS = ("tax_position_missing_oss", "tax_missing_oss", "tax_missing_country")
REGISTRATION_PROBLEM = "tax_registration_missing"


def choose_code(code, problem):
    """Return the code of a message that tells a problem, by what cures it.

    Create Tax goes on by itself, so that there is no further step to tell.

    :param str code: of the message for any problem
    :param problem: `Message`
    """
    return f"{code}_to_create" if problem.code in TAX_PROBLEMS else code


class AmazonTaxCure(models.AbstractModel):
    """A record that is held as Odoo lacks a tax, or its account a registration.

    Models that inherit it say on what `_compute_amazon_tax_cures` depends, fill the
    hooks, and have the buttons' methods.
    """

    _name = "amazon.tax.cure"
    _description = "Cures of What Is Held For Its Tax"

    amazon_can_create_tax = fields.Boolean(compute="_compute_amazon_tax_cures")
    amazon_can_register_tax = fields.Boolean(compute="_compute_amazon_tax_cures")

    def _compute_amazon_tax_cures(self):
        for record in self:
            problem = record._get_tax_problem()
            code = problem.code if problem else ""
            record.amazon_can_create_tax = code in TAX_PROBLEMS
            record.amazon_can_register_tax = code == REGISTRATION_PROBLEM

    # === HOOKS === #

    def _get_tax_problem(self):
        """Return the `Message` that says what is missing, or None."""
        return None

    def _get_tax_account(self):
        """Return the ``amazon.account`` record whose registrations count."""
        return self.account_id

    def _process_held_for_tax(self):
        """Process the records again."""

    # === CURES === #

    def _get_cause(self, told):
        """Return the `Message` inside of one that says that something was not made."""
        values = told.values if told else {}
        cause = values.get("error") or values.get("problem")
        return cause if isinstance(cause, Message) else None

    def _create_missing_taxes(self):
        """Create the taxes that are missing; process again what waits for them.

        :return: the action that tells which taxes were made
        :raise AccessError: where the user may not create taxes
        :raise MessageError: where OSS is not set up
        """
        self.check_access("read")
        self.env["account.tax"].check_access("create")
        held = self.sudo().filtered("amazon_can_create_tax")
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

    def _open_missing_registration(self):
        """Open the account's line of the registration that is missing, prefilled.

        :raise AccessError: where the user may not change the account
        """
        self.ensure_one()
        self.check_access("read")
        account, problem = self._get_tax_account(), self._get_tax_problem()
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
