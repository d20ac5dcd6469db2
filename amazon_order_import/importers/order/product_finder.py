from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ...messages import Joined, Name, message
from ...models.order.lookups import SkuMatch
from ...report_formats import INVISIBLE_IN_CODES, drop_invisible

#: Amazon's titles can be very long: so much of them stands in a message.
SHOWN_TITLE = 80


class AmazonProductFinder(models.AbstractModel):
    _name = "amazon.product.finder"
    _description = "Products of Amazon SKUs"

    @api.private
    def find_products(self, lookups, wanted):
        """Look up the products of SKUs, in two queries for all.

        The first that gives a product counts: the offer of the marketplace, the offer
        of all marketplaces, the internal reference, the internal reference that the
        account's SKU rule makes of the SKU, the barcode, an offer with the same ASIN.

        :param lookups: `ProductLookups`; its ``offers`` and ``matches`` are filled
        :param wanted: list of `SoldSku`
        """
        rule = lookups.account._get_sku_rule()
        references = {sold.sku: rule.apply(sold.sku) for sold in wanted}
        by_asin = self._find_offers(lookups, wanted)
        by_reference, by_barcode = self._find_catalogue(lookups, references)
        for sold in wanted:
            reference = references[sold.sku]
            candidates = [
                *(
                    offer.product_id
                    for offer in self._get_offers(lookups, sold.sku, sold.marketplace)
                ),
                by_reference[sold.sku],
                by_reference[reference] if reference else self.env["product.product"],
                by_barcode[sold.sku],
                by_asin[sold.asin],
            ]
            lookups.matches[sold.sku, sold.marketplace] = self._choose(candidates)
        self._find_disguised(lookups, references)

    def _find_disguised(self, lookups, references):
        """Find products of which the internal reference holds marks nobody sees.

        Only where a SKU has no product otherwise: no index helps to find them.
        """
        unknown = {
            key: match
            for key, match in lookups.matches.items()
            if not match.product and not match.reason
        }
        if not unknown:
            return
        self.env["product.product"].flush_model(["default_code"])
        found = self.env.execute_query(
            SQL(
                "SELECT id FROM product_product WHERE default_code ~ %s ORDER BY id",
                INVISIBLE_IN_CODES,
            )
        )
        by_reference = defaultdict(self.env["product.product"].browse)
        for product in self.env["product.product"].search(
            [
                ("id", "in", [id_ for (id_,) in found]),
                ("company_id", "in", [False, lookups.company.id]),
            ],
            order="id",
        ):
            by_reference[drop_invisible(product.default_code).strip()] |= product
        for sku, marketplace in unknown if by_reference else ():
            names = filter(None, (sku, references.get(sku)))
            lookups.matches[sku, marketplace] = self._choose(
                [by_reference[name] for name in names]
            )

    def _find_offers(self, lookups, wanted):
        """Fill ``lookups.offers``; return products by ASIN."""
        asins = {sold.asin for sold in wanted} - {"", False}
        by_asin = defaultdict(self.env["product.product"].browse)
        for offer in self.env["amazon.offer"].search(
            [
                ("account_id", "=", lookups.account.id),
                "|",
                ("sku", "in", list({sold.sku for sold in wanted})),
                ("asin", "in", list(asins)),
            ],
            order="id",
        ):
            lookups.offers[offer.sku, offer.marketplace_id] = offer
            if offer.asin in asins:
                by_asin[offer.asin] |= offer.product_id
        return by_asin

    def _find_catalogue(self, lookups, references):
        """Return products by internal reference and by barcode, archived ones too."""
        codes = {*references, *filter(None, references.values())}
        by_reference = defaultdict(self.env["product.product"].browse)
        by_barcode = defaultdict(self.env["product.product"].browse)
        for product in (
            self.env["product.product"]
            .with_context(active_test=False)
            .search(
                [
                    ("company_id", "in", [False, lookups.company.id]),
                    "|",
                    ("default_code", "in", list(codes)),
                    ("barcode", "in", list(references)),
                ],
                order="id",
            )
        ):
            by_reference[product.default_code] |= product
            by_barcode[product.barcode] |= product
        return by_reference, by_barcode

    def _get_offers(self, lookups, sku, marketplace):
        """Return the offers of a SKU: of its marketplace, then of all of them."""
        marketplaces = (marketplace, self.env["amazon.marketplace"])
        return [
            offer
            for marketplace in dict.fromkeys(marketplaces)
            if (offer := lookups.offers.get((sku, marketplace)))
        ]

    def _choose(self, candidates):
        """Return the `SkuMatch` of the first candidate that is in use."""
        archived = self.env["product.product"]
        for products in candidates:
            active = products.filtered("active")
            if len(active) > 1:
                return SkuMatch(active.browse(), "several", active)
            if active:
                return SkuMatch(active)
            archived |= products
        return SkuMatch(archived.browse(), "archived" if archived else "", archived)

    @api.private
    def get_product(self, lookups, work):
        """Return the product of a row, or none where its SKU has to wait.

        Where the account says so, an unknown SKU gets the placeholder product or a
        new one; not where the catalogue names several products or an archived one,
        which a person has to decide about.
        """
        row = work.values
        match = lookups.matches[row.sku, work.marketplace]
        policy = lookups.account.unknown_sku_policy
        if match.product or match.reason or policy == "wait":
            return match.product
        if policy == "placeholder":
            return lookups.account.placeholder_product_id
        reference = lookups.account._get_sku_rule().apply(row.sku) or row.sku
        # The same SKU, or another one with the same reference, in this batch.
        created = lookups.created
        if reference not in created:
            created[reference] = match.product.create(
                self._prepare_product_values(lookups, row, reference)
            )
        match.product = created[reference]
        return match.product

    def _prepare_product_values(self, lookups, row, reference):
        return {
            "name": row.product_name or row.sku,
            "default_code": reference,
            "type": "consu",
            "is_storable": True,
            "company_id": lookups.company.id,
        }

    @api.private
    def get_waiting(self, lookups, work):
        """List the SKU of a row under SKU mapping and tell what the row waits for.

        :return: dict ``message``, ``offer_id`` for the row
        """
        row = work.values
        offers = self._get_offers(lookups, row.sku, work.marketplace)
        if not offers:
            offers = self.env["amazon.offer"].create(
                {
                    "account_id": lookups.account.id,
                    "sku": row.sku,
                    "asin": row.asin or False,
                    "title": row.product_name,
                }
            )
            lookups.offers[row.sku, offers.marketplace_id] = offers
        return {
            "message": self._explain_waiting(lookups, work),
            "offer_id": offers[0].id,
        }

    def _explain_waiting(self, lookups, work):
        row = work.values
        match = lookups.matches[row.sku, work.marketplace]
        values = {"sku": row.sku, "order": row.order_id}
        if match.reason:
            return message(
                "several_products" if match.reason == "several" else "archived_product",
                products=Joined(tuple(map(Name.of, match.others))),
                **values,
            )
        if lookups.account.unknown_sku_policy == "placeholder":
            return message("no_placeholder", account=lookups.account.name, **values)
        title = row.product_name
        if len(title) > SHOWN_TITLE:
            title = f"{title[: SHOWN_TITLE - 1].rstrip()}…"
        return message("unknown_sku", title=title, **values)
