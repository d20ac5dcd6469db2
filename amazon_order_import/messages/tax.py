from ..report_formats.marking import mark as _
from .template import Template

_BY_HAND = _(
    "Compare it with Seller Central and make its entry by hand, or ask Amazon to "
    "correct it."
)
_ASK_ADVISER = _(
    "Compare it with Seller Central and ask your tax adviser in whose return it "
    "belongs; then make its entry by hand."
)

#: Who may name tax registrations, and who may create taxes.
MANAGER = "amazon_order_import.group_amazon_manager"
ACCOUNTANT = "account.group_account_manager"

TAX = {
    # === ORDERS === #
    "held_for_tax": Template(
        _("Order %(order)s stays a quotation. %(problem)s"),
        _("Then process the report again; or correct the taxes and confirm it."),
    ),
    # What Create Tax cures goes on by itself.
    "held_for_tax_to_create": Template(
        _("Order %(order)s stays a quotation. %(problem)s"), reason="held_for_tax"
    ),
    "vat_data_held": Template(
        _("No document is made of it. %(problem)s"), _("Then choose Make Document.")
    ),
    "vat_data_held_to_create": Template(
        _("No document is made of it. %(problem)s"), reason="vat_data_held"
    ),
    "unit_has_document": Template(
        _(
            "%(number)s is a further document for units of %(sku)s, for which there is "
            "%(others)s already, and names none that it replaces."
        ),
        _(
            "See in Seller Central which of them counts. If it is this one, reverse "
            "the entry of the other, then choose Book."
        ),
    ),
    "order_tax_not_taken_over": Template(
        _(
            "Order %(order)s keeps its tax, as Amazon's could not be taken over. "
            "%(problems)s"
        )
    ),
    # === WHAT AMAZON SAYS CONTRADICTS ITSELF === #
    "tax_unclear_responsibility_unknown": Template(
        _("Amazon's report does not say clearly who owes the tax."), _BY_HAND
    ),
    "tax_unclear_scheme_unknown": Template(
        _("Amazon's report names a tax scheme that is not known here."), _ASK_ADVISER
    ),
    "tax_unclear_scheme_of_platform": Template(
        _(
            "Amazon's report names a scheme by which Amazon owes the tax, and you as "
            "the one who owes it."
        ),
        _ASK_ADVISER,
    ),
    "tax_unclear_oss_outside": Template(
        _(
            "Amazon's report puts it into the OSS return, but the goods go to "
            "%(place)s, outside the EU's VAT territory."
        ),
        _ASK_ADVISER,
    ),
    "tax_unclear_oss_at_home": Template(
        _(
            "Amazon's report puts it into the OSS return, but the goods do not leave "
            "%(country)s."
        ),
        _ASK_ADVISER,
    ),
    "tax_unclear_oss_from_outside": Template(
        _(
            "Amazon's report puts it into the OSS return, but the goods leave "
            "%(country)s, outside the EU."
        ),
        _ASK_ADVISER,
    ),
    "tax_unclear_oss_without_tax": Template(
        _("Amazon's report puts it into the OSS return, but charges no VAT."), _BY_HAND
    ),
    "tax_unclear_export_taxed": Template(
        _("Amazon's report calls it an export out of the EU, but charges VAT."),
        _ASK_ADVISER,
    ),
    "tax_unclear_export_inside": Template(
        _(
            "Amazon's report calls it an export out of the EU, but the goods go to "
            "%(place)s, inside the EU's VAT territory."
        ),
        _ASK_ADVISER,
    ),
    "tax_unclear_export_at_home": Template(
        _(
            "Amazon's report calls it an export out of the EU, but the goods do not "
            "leave %(country)s."
        ),
        _ASK_ADVISER,
    ),
    "tax_unclear_export_from_outside": Template(
        _(
            "The goods leave %(country)s, outside the EU, for another country outside "
            "it: that is no export from an EU country."
        ),
        _ASK_ADVISER,
    ),
    "tax_unclear_not_export": Template(
        _(
            "The goods leave for %(country)s without VAT, but Amazon's report says "
            "that it is no export out of the EU."
        ),
        _ASK_ADVISER,
    ),
    "tax_unclear_tax_missing": Template(
        _(
            "Amazon charged no VAT, though the sale is subject to VAT in %(country)s: "
            "it is no export, and the buyer has no VAT number of another EU country."
        ),
        _ASK_ADVISER,
    ),
    "tax_unclear_taxed_abroad": Template(
        _(
            "Amazon charged VAT on goods that go to %(country)s, under a tax number "
            "of another country."
        ),
        _ASK_ADVISER,
    ),
    "tax_unclear_departure_elsewhere": Template(
        _(
            "Amazon charged VAT under a tax number that belongs neither to "
            "%(country)s, where the goods leave, nor to the country where they arrive."
        ),
        _ASK_ADVISER,
    ),
    "tax_unclear_into_union": Template(
        _(
            "The goods come from %(start)s, outside the EU, to %(place)s without VAT: "
            "who imports them and owes the VAT is not told."
        ),
        _ASK_ADVISER,
    ),
    # === WHAT ODOO LACKS === #
    "tax_registration_missing": Template(
        _(
            "It belongs into your VAT return in %(country)s%(number)s, for which the "
            "account has no fiscal position (%(sales)s)."
        ),
        _(
            "Press “Add Registration”, or choose it in the account under Taxes > Tax "
            "Registrations. If Odoo has "
            "none, create one with your tax number there under Accounting > "
            "Configuration > Fiscal Positions."
        ),
        group=MANAGER,
    ),
    "tax_registration_number": Template(_(" (%(vat)s)")),
    "tax_position_missing_oss": Template(
        _(
            "It belongs into the OSS return with VAT of %(country)s, for which Odoo "
            "has no fiscal position."
        ),
        _("Press “Create Tax”, or set up OSS under Accounting > Settings."),
        group=ACCOUNTANT,
        reason="tax_position_missing",
    ),
    "tax_position_missing_export": Template(
        _("It is an export, for which Odoo has no fiscal position."),
        _(
            "Create one that replaces your taxes by one of 0 % for exports, under "
            "Accounting > Configuration > Fiscal Positions, or choose it in the "
            "account's tax rule for exports."
        ),
        reason="tax_position_missing",
    ),
    "tax_position_missing_intra_community": Template(
        _(
            "It is a supply to a business in another EU country, for which Odoo has no "
            "fiscal position."
        ),
        _(
            "Create one that demands a VAT number, for the countries of the EU, under "
            "Accounting > Configuration > Fiscal Positions."
        ),
        reason="tax_position_missing",
    ),
    "tax_missing_oss": Template(
        _("Odoo has no OSS tax of %(rate)s for %(country)s."),
        _("Press “Create Tax”: it is made as your other OSS taxes are."),
        group=ACCOUNTANT,
        reason="tax_missing",
    ),
    "tax_missing_country": Template(
        _("Odoo has no sales tax of %(rate)s for %(country)s."),
        _(
            "Press “Create Tax”: it is made like the nearest one that you have. Or "
            "create it under Accounting > Configuration > Taxes."
        ),
        group=ACCOUNTANT,
        reason="tax_missing",
    ),
    "tax_missing_free": Template(
        _("Odoo has no sales tax of %(rate)s for this sale."),
        _(
            "Give the fiscal position a tax of this rate under Accounting > "
            "Configuration > Taxes."
        ),
        reason="tax_missing",
    ),
    "tax_of_no_rate": Template(
        _(
            "The tax that Amazon states is about %(rate)s of the net amount, VAT of "
            "%(country)s: no rate that Odoo has a sales tax of."
        ),
        _(
            "Create the tax under Accounting > Configuration > Taxes, or make the "
            "entry by hand."
        ),
    ),
    "tax_rate_contradicts": Template(
        _(
            "Amazon states a VAT rate of %(rate)s, but its tax is %(tax)s of %(net)s "
            "net: the two contradict each other."
        ),
        _BY_HAND,
        reason="tax_contradiction",
    ),
    "tax_rate_not_of_country": Template(
        _("%(rate)s is none of the VAT rates of %(country)s that are known here."),
        _(
            "Compare it with Seller Central and ask Amazon to correct it. If the rate "
            "is right, create its tax under Accounting > Configuration > Taxes, with "
            "the fiscal position for %(country)s."
        ),
        reason="tax_contradiction",
    ),
    "tax_without_account": Template(
        _("Tax %(tax)s has no account, so that its VAT would be booked as revenue."),
        _(
            "Enter the account for its VAT under Accounting > Configuration > Taxes, "
            "in the distribution for invoices and for refunds."
        ),
    ),
    "oss_not_set_up": Template(
        _("Odoo has no OSS taxes yet."),
        _("Set up OSS under Accounting > Settings > Taxes (EU Intra-community)."),
    ),
}
