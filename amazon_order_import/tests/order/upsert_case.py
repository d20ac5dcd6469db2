from ..common import AmazonCase

MFN = "mfn_orders_eu"
FBA = "fba_orders_eu"
REF = "302-0000001-0000001"
FBA_REF = "305-0000001-0000001"
NO_IDS = {
    "shipment-id": "",
    "shipment-item-id": "",
    "amazon-order-item-id": "",
}


class UpsertCase(AmazonCase):
    def items(self, order):
        return order.order_line.filtered(lambda line: line.amazon_line_type == "item")

    def deliver(self, order):
        picking = order.picking_ids
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")

    def invoice(self, order):
        order.order_line.product_id.invoice_policy = "order"
        move = order._create_invoices()
        move.action_post()
        return move

    def check_todo(self, order, *texts):
        """The order has a to-do for a person that holds these texts."""
        notes = " ".join(activity.note for activity in order.activity_ids)
        for text in texts:
            self.assertIn(text, notes)
