import io
from urllib.parse import quote

from odoo import api, models
from odoo.exceptions import UserError

from ...trusted_context import get_trusted
from .file_content import hex_digest


class AmazonReport(models.Model):
    """The file of a report in the archive."""

    _inherit = "amazon.report"

    @api.model
    def create_from_file(self, account, kind, filename, content):
        """Archive a report file that somebody has, ready to be processed.

        :param account: ``amazon.account`` record
        :param str kind: report kind, e.g. ``mfn_orders_eu``
        :param str filename: its name, shown and used for the download
        :param bytes content: the file as it is
        :return: ``amazon.report`` record in state ``ready``
        """
        self.check_access("create")
        report = self.create(
            {
                "account_id": account.id,
                "kind": kind,
                "filename": filename,
                "state": "ready",
            }
        )
        report._set_file(content)
        return report

    def _set_file(self, content, charset=False):
        """Store the file in the archive and note what identifies it.

        :param content: bytes, or what ``ir.attachment._take_content`` gives
        """
        self.ensure_one()
        self._find_attachment().unlink()
        # The attachment behind the binary field, without the detour by base64.
        self.env["ir.attachment"].sudo().create(
            {
                "name": "file",
                "res_model": self._name,
                "res_field": "file",
                "res_id": self.id,
                "type": "binary",
                "mimetype": "text/plain",
                "raw": content,
            }
        )
        self.invalidate_recordset(["file"])
        checksum = hex_digest("sha256", content)
        same = [
            ("account_id", "=", self.account_id.id),
            ("kind", "=", self.kind),
            ("checksum", "=", checksum),
            ("id", "!=", self.id),
        ]
        self.write(
            {
                "checksum": checksum,
                "same_file_id": self.sudo().search(same, order="id", limit=1).id,
                "file_size": len(content),
                "charset": charset,
            }
        )

    def _find_attachment(self):
        """Return the attachment that holds the file, or none."""
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "file"),
                    ("res_id", "=", self.id),
                ],
                limit=1,
            )
        )

    def _open_file(self):
        """Return the archived file as a seekable binary stream."""
        self.ensure_one()
        if (content := get_trusted(self.env, "amazon_preview_content")) is not None:
            return io.BytesIO(content)
        attachment = self._find_attachment()
        if attachment.store_fname:
            return open(attachment._full_path(attachment.store_fname), "rb")
        return io.BytesIO(attachment.raw or b"")

    def _check_file(self):
        if not self.file_size:
            raise UserError(
                self.env._(
                    "%(report)s has no file: Amazon has not made it. Request the "
                    "period again under Amazon > Reports > Request.",
                    report=self.display_name,
                )
            )

    def action_download(self):
        """Download the file from the archive, however long Amazon has deleted it.

        :raise UserError: where there is no file
        """
        self.ensure_one()
        self.check_access("read")
        self._check_file()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/"
            f"{quote(self.filename or 'report.txt', safe='')}?download=true",
            "target": "self",
        }
