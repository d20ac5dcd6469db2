import contextlib
import os
import tempfile

from odoo import api, models
from odoo.tools import SQL

from .file_content import FileContent, hex_digest


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def init(self):
        """Drop what an earlier version has left of the text of report files."""
        result = super().init()
        self.env.cr.execute(
            SQL(
                "UPDATE ir_attachment SET index_content = NULL "
                "WHERE res_model LIKE 'amazon.%%' AND index_content IS NOT NULL"
            )
        )
        return result

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._drop_amazon_index()
        return attachments

    def write(self, vals):
        result = super().write(vals)
        if not {"raw", "datas", "db_datas", "index_content", "res_model"}.isdisjoint(
            vals
        ):
            self._drop_amazon_index()
        return result

    # === CONTENT THAT IS NOT HELD IN MEMORY === #

    @api.model
    def _take_content(self, stream):
        """Return what is in a temporary file, in the form in which ``raw`` takes it.

        In pieces where it goes to Odoo's own filestore; other storages know bytes only.
        """
        content = FileContent(stream)
        return content if self._storage() == "file" else content[:]

    def _replace_content(self, stream):
        """Store what is in a temporary file instead of what is there."""
        content = self._take_content(stream)
        if isinstance(content, FileContent):
            self._set_attachment_data(lambda _attachment: content)
        else:
            self.raw = content

    def _compute_checksum(self, bin_data):
        if isinstance(bin_data, FileContent):
            return hex_digest("sha1", bin_data)
        return super()._compute_checksum(bin_data)

    @api.model
    def _index(self, bin_data, mimetype, checksum=None):
        if isinstance(bin_data, FileContent):
            return False
        return super()._index(bin_data, mimetype, checksum=checksum)

    @api.model
    def _file_write(self, bin_value, checksum):
        if not isinstance(bin_value, FileContent):
            return super()._file_write(bin_value, checksum)
        fname, full_path = self._get_path(bin_value, checksum)
        if not os.path.exists(full_path):
            # Never half a file under the name of the whole one, not on a full disk.
            folder = os.path.dirname(full_path)
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as target:
                try:
                    for chunk in bin_value.chunks():
                        target.write(chunk)
                    target.flush()
                    os.chmod(target.name, 0o644)
                    os.replace(target.name, full_path)
                except OSError:
                    with contextlib.suppress(OSError):
                        os.unlink(target.name)
                    raise
            self._mark_for_gc(fname)
        return fname

    def _drop_amazon_index(self):
        """Keep the text of reports, which names buyers, out of the search index."""
        indexed = self.filtered(
            lambda attachment: (
                attachment.index_content
                and (attachment.res_model or "").startswith("amazon.")
            )
        )
        if indexed:
            indexed.index_content = False
