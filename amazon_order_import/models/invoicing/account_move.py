import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...trusted_context import get_trusted

#: What Amazon takes in the number of a document (amazon-reports.md 6.2). It trims
#: spaces, so that a number with spaces may come out as another one.
NUMBER = re.compile(r"[0-9A-Za-z,/\\\-_;:#]+")
#: How many numbers a message names.
MAX_NAMES = 5


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
    _inherit = "account.move"

    amazon_vat_document_ids = fields.One2many(
        "amazon.vat.document", "move_id", "Amazon VAT Documents", copy=False
    )
    amazon_vat_invoice_ids = fields.One2many(
        "amazon.vat.invoice", "move_id", "VAT Invoice Data", copy=False
    )
    amazon_upload_ids = fields.One2many(
        "amazon.invoice.upload", "move_id", "Uploads to Amazon", copy=False
    )
    amazon_upload_state = fields.Selection(
        related="amazon_upload_ids.state", string="Upload to Amazon", readonly=True
    )
    amazon_order_ref = fields.Char(
        "Amazon Order",
        compute="_compute_amazon_order_ref",
        search="_search_amazon_order_ref",
    )

    @api.depends("line_ids.sale_line_ids.order_id.amazon_order_ref")
    def _compute_amazon_order_ref(self):
        for move in self:
            refs = move._get_amazon_orders().mapped("amazon_order_ref")
            move.amazon_order_ref = ", ".join(refs) or False

    def _search_amazon_order_ref(self, operator, value):
        return [
            (
                "line_ids.sale_line_ids.order_id.amazon_order_ref",
                operator,
                value,
            )
        ]

    def _get_amazon_orders(self):
        """Return the Amazon orders that the document is for."""
        # Who reads an invoice need not be allowed to read its order.
        orders = self.sudo().line_ids.sale_line_ids.order_id
        return (orders | self.sudo().amazon_vat_invoice_ids.sale_order_id).filtered(
            "amazon_order_ref"
        )

    @api.depends("line_ids.sale_line_ids")
    def _compute_partner_bank_id(self):
        # Amazon has the money: no bank account is printed on what the buyer gets.
        result = super()._compute_partner_bank_id()
        for move in self:
            if move.move_type in ("out_invoice", "out_refund") and (
                move._is_for_amazon_buyer()
            ):
                move.partner_bank_id = False
        return result

    def _is_for_amazon_buyer(self):
        return bool(self._get_amazon_orders())

    # === AMAZON'S OWN DOCUMENTS === #

    def unlink(self):
        documents = self.sudo().amazon_vat_document_ids
        result = super().unlink()
        documents.write(
            {
                "entry_state": "none",
                "entry_message": self.env._(
                    "Its entry was deleted. Choose Book to make it anew."
                ),
            }
        )
        return result

    @api.depends("amazon_vat_document_ids")
    def _compute_made_sequence_gap(self):
        result = super()._compute_made_sequence_gap()
        # Amazon counts, and shares its numbers among all kinds of documents.
        self.filtered(lambda move: move._has_amazon_number()).made_sequence_gap = False
        return result

    def _set_next_made_sequence_gap(self, made_gap):
        return super(
            AccountMove, self.filtered(lambda move: not move._has_amazon_number())
        )._set_next_made_sequence_gap(made_gap)

    def _has_amazon_number(self):
        self.ensure_one()
        return self.name in self.sudo().amazon_vat_document_ids.mapped("number")

    def _match_amazon_documents(self):
        """Have Amazon's documents find what they waited for: it is posted now."""
        if get_trusted(self.env, "amazon_booking"):
            return
        documents = self._get_amazon_orders().sudo().amazon_vat_document_ids
        if waiting := documents.filtered(lambda doc: doc.entry_state == "waiting"):
            self.env["amazon.vat.document.booker"].sudo().book(waiting)

    # === UPLOAD === #

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._queue_amazon_uploads()
        posted._match_amazon_documents()
        return posted

    # === PRINT === #

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

    def _queue_amazon_uploads(self):
        """Put posted documents into the upload queue, as their accounts want it."""
        if get_trusted(self.env, "amazon_preview"):
            return
        moves = self.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type in ("out_invoice", "out_refund")
                and move._get_amazon_orders()
            )
        )
        if moves:
            self.env["amazon.invoice.upload"].sudo()._create_for(moves)

    def action_amazon_upload(self):
        """Upload chosen documents to Amazon, whatever the account's setting."""
        self.check_access("read")
        self.env["amazon.invoice.upload"].check_access("read")
        wrong = self.filtered(
            lambda move: (
                move.state != "posted"
                or move.move_type not in ("out_invoice", "out_refund")
                or len(move._get_amazon_orders()) != 1
            )
        )
        if wrong:
            raise UserError(
                self.env._(
                    "Only posted invoices and credit notes of one Amazon order can be "
                    "uploaded. Leave out: %(names)s.",
                    names=", ".join(wrong[:MAX_NAMES].mapped("display_name")),
                )
            )
        Upload = self.env["amazon.invoice.upload"].sudo()
        missing = self.filtered(lambda move: not move.sudo().amazon_upload_ids)
        Upload._create_for(missing, by_person=True)
        uploads = self.sudo().amazon_upload_ids
        if len(uploads) < len(self):
            raise UserError(
                self.env._(
                    "Amazon takes no invoices for the channel or the account of: "
                    "%(names)s.",
                    names=", ".join(
                        (self - uploads.move_id)[:MAX_NAMES].mapped("display_name")
                    ),
                )
            )
        uploads.with_env(self.env).action_upload()
        return self.action_view_amazon_uploads()

    def action_view_amazon_uploads(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_invoice_upload_action"
        )
        action["domain"] = [("move_id", "in", self.ids)]
        action["context"] = {}
        uploads = self.amazon_upload_ids
        if len(uploads) == 1:
            action.update(view_mode="form", views=[(False, "form")], res_id=uploads.id)
        return action
