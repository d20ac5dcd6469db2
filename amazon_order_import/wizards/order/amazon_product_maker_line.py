from odoo import fields, models


class AmazonProductMakerLine(models.TransientModel):
    _name = "amazon.product.maker.line"
    _inherit = ["amazon.wizard"]
    _description = "Product for an Unknown SKU"

    maker_id = fields.Many2one(
        "amazon.product.maker", required=True, index=True, ondelete="cascade"
    )
    offer_id = fields.Many2one("amazon.offer", required=True, readonly=True)
    sku = fields.Char(related="offer_id.sku")
    waiting_row_count = fields.Integer(related="offer_id.waiting_row_count")
    company_id = fields.Many2one(related="offer_id.company_id")
    is_wanted = fields.Boolean("Take Over")
    product_id = fields.Many2one(
        "product.product",
        "Existing Product",
        domain="[('sale_ok', '=', True), ('company_id', 'in', [False, company_id])]",
        help="Empty: a new product is created",
    )
    name = fields.Char(required=True)
    default_code = fields.Char("Internal Reference")
    barcode = fields.Char()
    price = fields.Float("Sales Price", digits="Product Price")

    def _prepare_product(self):
        """Return the values of the product to be created."""
        return {
            "name": self.name,
            "default_code": self.default_code or self.sku,
            "barcode": self.barcode,
            "list_price": self.price,
            "type": "consu",
            "is_storable": True,
            "company_id": self.company_id.id,
        }
