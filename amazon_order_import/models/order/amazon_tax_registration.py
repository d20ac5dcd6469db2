from odoo import api, fields, models


class AmazonTaxRegistration(models.Model):
    """Under which number, from when on, and in whose return the seller declares sales.

    The company's own country needs no line. A sale under a registration that the table
    has no fiscal position for is held until a person gives it one.
    """

    _name = "amazon.tax.registration"
    _inherit = ["amazon.account.setting"]
    _description = "Tax Registration of an Amazon Seller"
    _order = "account_id, country_id, sale_type, valid_from desc, id"
    _rec_name = "vat"
    _check_company_auto = True

    account_id = fields.Many2one(
        "amazon.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    country_id = fields.Many2one("res.country", "Registered In", required=True)
    vat = fields.Char(
        "Tax Number", help="As Amazon's reports name it, with the country's letters"
    )
    valid_from = fields.Date(help="Empty: always")
    sale_type = fields.Selection(
        [
            ("all", "All"),
            ("consumer", "Within the country"),
            ("business", "To businesses within the country"),
            ("intra_community", "To businesses in other EU countries"),
            ("export", "Out of the EU"),
        ],
        "Sales",
        required=True,
        default="all",
        help="A line for some sales counts before one for all",
    )
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        check_company=True,
        help="Gives the taxes of these sales, those of the country in which they are "
        "declared",
    )
    journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain=[("type", "=", "sale")],
        help="Takes the entries of Amazon's documents. Empty: the account's journal",
    )

    @api.private
    def _match(self, country, day, sale_type):
        """Return the line that counts for a sale, with a fiscal position if any has.

        :param str country: code of the country of the registration
        :param day: date of the sale, or False
        :param str sale_type: of ``sale_type``, without ``all``
        """
        fitting = self.filtered(
            lambda line: line.country_id.code == country
            and line.sale_type in ("all", sale_type)
            and (not line.valid_from or not day or line.valid_from <= day)
        )
        return fitting.sorted(
            lambda line: (
                bool(line.fiscal_position_id),
                line.sale_type != "all",
                line.valid_from or fields.Date.to_date("1900-01-01"),
            ),
            reverse=True,
        )[:1]

    @api.model
    def _prepare_defaults(self, account):
        """Return the lines that the company's fiscal positions tell.

        :param account: ``amazon.account`` record
        :return: list of dicts
        """
        Position = self.env["account.fiscal.position"]
        positions = Position.search(
            [
                *Position._check_company_domain(account.company_id),
                ("foreign_vat", "!=", False),
                ("country_id", "!=", False),
            ]
        )
        return [
            {
                "account_id": account.id,
                "country_id": position.country_id.id,
                "vat": position.foreign_vat,
                "fiscal_position_id": position.id,
            }
            for position in positions
        ]

    @api.model
    def _note(self, account, registrations):
        """Add the registrations that a report names and the table lacks.

        :param account: ``amazon.account`` record
        :param registrations: set of ``(code of the country, tax number)``
        """
        known = set(account.tax_registration_ids.mapped("country_id.code"))
        home = self.env["amazon.tax.advisor"].get_home_country(account.company_id)
        numbers = {}
        for code, number in sorted(registrations):
            if code and code not in known and code != home.code:
                numbers.setdefault(code, number)
        countries = self.env["res.country"].search([("code", "in", list(numbers))])
        self.sudo().create(
            [
                {
                    "account_id": account.id,
                    "country_id": country.id,
                    "vat": numbers[country.code],
                    **self._find_default_position(account, country),
                }
                for country in countries
            ]
        )

    def _find_default_position(self, account, country):
        """Return the fiscal position that bears the company's number of a country."""
        found = [
            vals
            for vals in self._prepare_defaults(account)
            if vals["country_id"] == country.id
        ]
        return {"fiscal_position_id": found[0]["fiscal_position_id"]} if found else {}
