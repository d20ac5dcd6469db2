"""Taxes that Amazon states and that Odoo lacks, made as the chart of accounts would."""

from decimal import Decimal

from odoo import Command, api, models

from ...messages import MessageError, message

#: Boxes of a return for any other rate: country -> (net, VAT).
OTHER_RATES = {"DE": ("35", "36")}


class AmazonTaxFinder(models.AbstractModel):
    _inherit = "amazon.tax.finder"

    def _create_tax(self, lookups, decision, position, taxes, rate):
        """Create the tax of a sale; the parameters of `find_taxes`.

        :return: ``account.tax`` record, or None where there is none to copy
        :raise MessageError: where OSS is not set up
        """
        company = lookups.company
        if decision.kind == "oss" or decision.oss_country:
            country = decision.oss_country or decision.tax_country
            own = position if decision.kind == "oss" else None
            tax = self.create_oss_tax(company, country, rate, taxes, own)
        elif decision.kind == "domestic":
            tax = self._create_country_tax(company, decision, position, taxes, rate)
        else:
            return None
        lookups.taxes_by_rate.clear()
        lookups.product_taxes.clear()
        lookups.rates = None
        return tax or None

    # === OSS === #

    @api.private
    def create_oss_tax(self, company, code, rate, originals, position=None):
        """Create a tax of the OSS return as the chart of accounts has its others.

        :param str code: code of the country whose VAT it is
        :param Decimal rate: in percent
        :param originals: ``account.tax`` records that it replaces in the position
        :param position: ``account.fiscal.position`` record, if known
        :raise MessageError: where there is no OSS tax to copy
        """
        model = self._get_oss_model(company)
        country = self._get_country(code)
        position = (
            position
            or self.find_oss_position(company, code)
            or self.create_oss_position(company, code)
        )
        name = f"{rate.normalize():f}% {country.code} {country.vat_label or 'VAT'}"
        if self._has_name(company, name):
            name = self.env._("%(tax)s (OSS)", tax=name)
        return model.copy(
            {
                "name": self._get_free_name(company, name),
                "amount": float(rate),
                "description": f"{rate.normalize():f}%",
                "tax_group_id": self._get_oss_group(model, rate).id,
                **self._prepare_mapping(position, originals),
            }
        )

    @api.private
    def create_oss_position(self, company, code):
        """Create the fiscal position for OSS sales to consumers in a country.

        :raise MessageError: where OSS is not set up
        """
        self._get_oss_model(company)
        country = self._get_country(code)
        Position = self.env["account.fiscal.position"]
        last = Position.search(
            Position._check_company_domain(company), order="sequence desc", limit=1
        )
        return Position.create(
            {
                # The first one of the own country is Odoo's domestic one.
                "sequence": last.sequence + 1,
                "name": self.env._("OSS B2C %(country)s", country=country.name),
                "country_id": country.id,
                "company_id": company.id,
                # Goods at home are no OSS sale: Odoo must not choose it by itself.
                "auto_apply": country != company.account_fiscal_country_id,
            }
        )

    def _get_oss_model(self, company):
        model = self.find_oss_taxes(company)[:1]
        if not model:
            raise MessageError(self.env, message("oss_not_set_up"))
        return model

    def _get_oss_group(self, model, rate):
        """Return the tax group of an OSS rate; created as the others are."""
        return self._get_group(model.tax_group_id, f"OSS {float(rate)}%")

    # === OWN RETURNS === #

    def _create_country_tax(self, company, decision, position, taxes, rate):
        """Create a tax of a country's own return, like the nearest one that it has."""
        peers = self._find_candidates(company, decision, position)
        model = peers.sorted(
            lambda tax: (
                not tax.amount,
                tax not in position.map_tax(taxes),
                abs(Decimal(str(tax.amount)) - rate),
                tax.sequence,
                tax.id,
            )
        )[:1]
        if not model:
            return model
        old, new = f"{model.amount:g}", f"{rate.normalize():f}"
        name = model.name.replace(old, new)
        if name == model.name:
            name = f"{new}% {model.name}"
        group = model.tax_group_id
        # What other programs know the rate by.
        codes = {"l10n_de_datev_code"} & set(model._fields)
        tax = model.copy(
            {
                **dict.fromkeys(codes, False),
                "name": self._get_free_name(company, name),
                "amount": float(rate),
                "description": f"{new}%",
                "invoice_label": (model.invoice_label or "").replace(old, new),
                "tax_group_id": self._get_group(group, group.name.replace(old, new)).id,
                **self._prepare_mapping(position, taxes),
            }
        )
        self._set_boxes(tax, model, peers)
        return tax

    def _set_boxes(self, tax, model, peers):
        """Give a new tax the boxes of the return that are right for its rate, or none.

        The boxes of the tax that it is made after are right if one of another rate
        has them, too.
        """
        lines = model.repartition_line_ids
        shared = any(
            peer.repartition_line_ids.tag_ids == lines.tag_ids
            for peer in peers - model
            if peer.amount and peer.amount != model.amount
        )
        if shared or not lines.tag_ids:
            return
        boxes = dict.fromkeys(("base", "tax"))
        names = OTHER_RATES.get(tax.country_id.code, ("", ""))
        for kind, name in zip(boxes, names, strict=True):
            boxes[kind] = self.env["account.account.tag"].search(
                [
                    ("applicability", "=", "taxes"),
                    ("country_id", "=", tax.country_id.id),
                    ("name", "=", name),
                ],
                limit=1,
            )
        for line in tax.invoice_repartition_line_ids | tax.refund_repartition_line_ids:
            box = boxes[line.repartition_type]
            line.tag_ids = [Command.set(box.ids if box else [])]
        if not all(boxes.values()):
            tax.message_post(
                body=self.env._(
                    "Made after %(tax)s for a rate that Amazon states. Its amounts go "
                    "into no box of the VAT return yet: choose the tax grids.",
                    tax=model.display_name,
                )
            )

    # === NAMES, GROUPS, MAPPING === #

    def _prepare_mapping(self, position, originals):
        """Return the values that make a tax one of a fiscal position.

        It replaces those that the position has no other tax for.
        """
        free = originals.filtered(lambda tax: position.map_tax(tax) <= tax)
        return {
            "fiscal_position_ids": [Command.set(position.ids)],
            "original_tax_ids": [
                Command.set(free.ids if position and not position.is_domestic else [])
            ],
        }

    def _get_group(self, group, name):
        """Return the group of taxes of a rate, made after that of another rate."""
        found = group.search(
            [
                ("name", "=", name),
                ("company_id", "=", group.company_id.id),
                ("country_id", "=", group.country_id.id),
            ],
            limit=1,
        )
        return found or group.copy({"name": name})

    def _has_name(self, company, name):
        # As Odoo compares them: with those of all branches.
        return (
            self.env["account.tax"]
            .sudo()
            .search_count(
                [
                    ("name", "=", name),
                    ("type_tax_use", "=", "sale"),
                    ("company_id", "child_of", company.root_id.id),
                ],
                limit=1,
            )
        )

    def _get_free_name(self, company, name):
        """Return a name that no sales tax has yet."""
        free, number = name, 2
        while self._has_name(company, free):
            free = f"{name} ({number})"
            number += 1
        return free
