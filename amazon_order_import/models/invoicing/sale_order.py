from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...messages import get_message

#: Orders that a message names one by one.
NAMED_ORDERS = 10


class SaleOrder(models.Model):
    _inherit = "sale.order"

    amazon_vat_document_ids = fields.One2many(
        "amazon.vat.document", "sale_order_id", "Amazon VAT Documents", copy=False
    )
    amazon_vat_document_count = fields.Integer(
        "Amazon Invoices",
        compute="_compute_amazon_vat_document_count",
        compute_sudo=True,
    )
    amazon_vat_invoice_ids = fields.One2many(
        "amazon.vat.invoice", "sale_order_id", "VAT Invoice Data"
    )
    amazon_vat_invoice_count = fields.Integer(
        "VAT Data", compute="_compute_amazon_vat_invoice_count"
    )
    amazon_vat_difference = fields.Text(
        "Difference to Amazon's Documents",
        compute="_compute_amazon_vat_difference",
        compute_sudo=True,
    )
    amazon_invoicing_unlocked = fields.Boolean(
        "Own Invoices Unlocked",
        copy=False,
        readonly=True,
        help="An Amazon administrator has allowed invoices of your own for this order, "
        "though Amazon invoices the orders of its account",
    )
    amazon_invoicing_locked = fields.Boolean(
        "Invoiced by Amazon Only",
        compute="_compute_amazon_invoicing_locked",
        compute_sudo=True,
        help="Amazon invoices this order to the buyer (VCS); Odoo makes no invoice of "
        "its own",
    )

    def _compute_amazon_vat_document_count(self):
        counts = dict(
            self.env["amazon.vat.document"]._read_group(
                [("sale_order_id", "in", self.ids)], ["sale_order_id"], ["__count"]
            )
        )
        for order in self:
            order.amazon_vat_document_count = counts.get(order, 0)

    def _compute_amazon_vat_invoice_count(self):
        counts = dict(
            self.env["amazon.vat.invoice"]._read_group(
                [("sale_order_id", "in", self.ids)], ["sale_order_id"], ["__count"]
            )
        )
        for order in self:
            order.amazon_vat_invoice_count = counts.get(order, 0)

    @api.depends(
        "amazon_vat_document_ids.order_difference",
        "amazon_vat_document_ids.entry_state",
        "amazon_vat_document_ids.entry_message",
    )
    @api.depends_context("lang", "tz")
    def _compute_amazon_vat_difference(self):
        for order in self:
            texts = []
            for document in order.amazon_vat_document_ids:
                texts.append(document.order_difference)
                if document.entry_state in ("difference", "failed"):
                    texts.append(document.entry_message)
            order.amazon_vat_difference = (
                "\n".join(dict.fromkeys(filter(None, texts))) or False
            )

    @api.depends(
        "amazon_account_id.vat_service",
        "amazon_account_id.vat_service_from",
        "amazon_marketplace_id.has_vat_service",
        "amazon_purchase_date",
        "amazon_invoicing_unlocked",
        "amazon_vat_document_ids.document_type",
    )
    def _compute_amazon_invoicing_locked(self):
        for order in self:
            order.amazon_invoicing_locked = (
                order.amazon_account_id.vat_service == "vcs"
                and not order.amazon_invoicing_unlocked
                and order._is_invoiced_by_amazon()
            )

    def _is_invoiced_by_amazon(self):
        """Whether the invoice of an order is up to VCS."""
        documents = self.amazon_vat_document_ids
        if self._get_amazon_vat_service() == "vcs":
            # With a receipt, Amazon leaves the VAT, and the invoice, to the seller.
            return set(documents.mapped("document_type")) != {"receipt"}
        # Whatever the setting says: it has made one.
        return any(
            not document.is_refund and document.document_type != "receipt"
            for document in documents
        )

    def _get_held_corrections(self):
        """Return VAT invoice data that wait for their original to be credited."""
        held = self.amazon_vat_invoice_ids.filtered(
            lambda data: data.state == "attention" and not data.move_id
        ).filtered(
            lambda data: (note := get_message(data, "state_note"))
            and note.code == "vat_data_original_stands"
        )
        held.write({"state": "to_invoice", "state_note": False})
        return held

    # === OWN INVOICES === #

    def _create_invoices(self, grouped=False, final=False, date=None):
        self._check_amazon_invoicing()
        return super()._create_invoices(grouped=grouped, final=final, date=date)

    def _check_amazon_invoicing(self):
        """Refuse to invoice what Amazon invoices.

        :raise UserError: names the orders, says why and how to unlock them
        """
        locked = self.filtered("amazon_invoicing_locked")
        if not locked:
            return
        names = ", ".join(
            f"{order.name} ({order.amazon_order_ref})"
            for order in locked[:NAMED_ORDERS]
        )
        if len(locked) > NAMED_ORDERS:
            names += " …"
        raise UserError(
            self.env._(
                "Amazon issues the invoices of these orders to the buyers (VAT "
                "Calculation Service); a second invoice from here would declare their "
                "VAT twice: %(orders)s.\nAmazon's documents are on the order (Amazon "
                "Invoices) once a VCS report brings them. Where Amazon really makes "
                "none, an Amazon administrator can unlock the order: Actions > Unlock "
                "Own Invoices.",
                orders=names,
            )
        )

    def _amazon_unlock_invoicing(self, reason):
        """Allow invoices of one's own for orders; logged on each.

        :param str reason: why, in the words of the person who does it
        :raise AccessError: where the user is no Amazon administrator
        """
        self._check_amazon_manager()
        orders = self.filtered("amazon_invoicing_locked")
        for order in orders.sudo():
            order.amazon_invoicing_unlocked = True
            if order.amazon_workflow_note:
                order.amazon_workflow_note = False
            order.message_post(
                author_id=self.env.user.partner_id.id,
                body=Markup("<p>%s</p>")
                % self.env._(
                    "%(user)s unlocked invoices of your own for this order, which "
                    "Amazon invoices (VCS). Reason: %(reason)s",
                    user=self.env.user.name,
                    reason=reason,
                ),
            )
        return orders

    def action_amazon_lock_invoicing(self):
        """Leave the invoices to Amazon again."""
        self.check_access("read")
        self._check_amazon_manager()
        for order in self.filtered("amazon_invoicing_unlocked").sudo():
            order.amazon_invoicing_unlocked = False
            order.message_post(
                author_id=self.env.user.partner_id.id,
                body=self.env._(
                    "%s left the invoices of this order to Amazon again.",
                    self.env.user.name,
                ),
            )
        return True

    def _check_amazon_manager(self):
        if not self.env.su and not self.env.user.has_group(
            "amazon_order_import.group_amazon_manager"
        ):
            raise AccessError(
                self.env._(
                    "Unlocking invoices of orders that Amazon invoices is up to an "
                    "Amazon administrator."
                )
            )
        self.check_access("read")

    def action_view_amazon_vat_documents(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_vat_document_action"
        )
        documents = self.amazon_vat_document_ids
        action["domain"] = [("sale_order_id", "=", self.id)]
        action["context"] = {}
        if len(documents) == 1:
            action.update(
                view_mode="form", views=[(False, "form")], res_id=documents.id
            )
        return action

    def action_view_amazon_vat_invoices(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_vat_invoice_action"
        )
        action["domain"] = [("sale_order_id", "=", self.id)]
        action["context"] = {}
        return action
