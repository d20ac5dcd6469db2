from odoo import models
from odoo.exceptions import UserError


class PrintedRecord:
    """A record for a printed document, of which some fields read otherwise."""

    def __init__(self, record, **values):
        self._record = record
        self._values = values

    def __getattr__(self, name):
        values = self.__dict__["_values"]
        return values[name] if name in values else getattr(self._record, name)

    def __getitem__(self, name):
        return self._values.get(name) or self._record[name]

    def __bool__(self):
        return True


class AccountMove(models.Model):
    """What the printed document of an Amazon order says."""

    _inherit = "account.move"

    def _get_amazon_print(self):
        """Return what the printed document of an Amazon order says beside the usual.

        :return: dict ``order``, ``purchase_order``, ``citation``, ``buyer_vat``,
            ``seller_vat``; texts, empty where there is nothing to say; an empty dict
            for any other document
        """
        self.ensure_one()
        orders = self._get_amazon_orders()
        if not orders or self.move_type not in ("out_invoice", "out_refund"):
            return {}
        data = self.sudo().amazon_vat_invoice_ids[:1]
        numbers = data.mapped("purchase_order_number") or orders.mapped(
            "amazon_purchase_order_number"
        )
        return {
            "order": ", ".join(orders.mapped("amazon_order_ref")),
            "purchase_order": ", ".join(filter(None, numbers)),
            "citation": data._get_citation(self.env.lang) if data else "",
            "buyer_vat": data.buyer_vat or "",
            "seller_vat": data.seller_vat or "",
        }

    def _get_amazon_print_company(self):
        """Return the company as the layout of an Amazon document prints it.

        Some layouts (DIN 5008) print the company's bank accounts in the footer, which
        Amazon refuses.
        """
        company = self.company_id.sudo()
        partner = company.partner_id
        return PrintedRecord(
            company,
            partner_id=PrintedRecord(partner, bank_ids=partner.bank_ids.browse()),
        )

    def _get_amazon_pdf(self):
        """Return the PDF of the document: the one in Odoo's archive, made if missing.

        :rtype: bytes
        :raise UserError: where Odoo cannot print
        """
        self.ensure_one()
        if not self.invoice_pdf_report_id:
            Send = self.env["account.move.send"]
            report = Send._get_default_pdf_report_id(self)
            content, _type = (
                self.env["ir.actions.report"]
                .with_company(self.company_id)
                ._render_qweb_pdf(report.report_name, self.ids)
            )
            if content[:5] != b"%PDF-":
                raise UserError(
                    self.env._(
                        "%(move)s cannot be printed as PDF: the program wkhtmltopdf is "
                        "missing on the server. Have your administrator install it.",
                        move=self.display_name,
                    )
                )
            self.env["ir.attachment"].sudo().create(
                {
                    "name": self._get_invoice_report_filename(),
                    "raw": content,
                    "mimetype": "application/pdf",
                    "res_model": self._name,
                    "res_id": self.id,
                    "res_field": "invoice_pdf_report_file",
                }
            )
            self.invalidate_recordset(
                ["invoice_pdf_report_id", "invoice_pdf_report_file"]
            )
        return self.invoice_pdf_report_id.sudo().raw
