import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...messages import Message, message, words
from ...report_formats.upload_problems import (
    ALREADY_THERE,
    FATAL,
    find_problem,
    get_problem,
    read_result,
)
from ...selling_partner.errors import RetryableError, SellingPartnerError

_logger = logging.getLogger(__name__)

#: Feeds looked after in one run of the scheduled action.
FEEDS_PER_RUN = 50
#: After this time, a document that Amazon still calls pending has not arrived.
ARRIVAL = timedelta(hours=24)
#: A document that has left the list of pending ones counts as taken, this long after.
LIST_MARGIN = timedelta(hours=1)
#: Statuses of a feed that do not change any more.
FINAL_STATUSES = ("DONE", "CANCELLED", "FATAL")


class AmazonInvoiceUpload(models.Model):
    """What became of an upload: by its feed, and by Amazon's VCS Lite data."""

    _inherit = "amazon.invoice.upload"

    @api.depends("error_code")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for upload in self:
            explanation = advice = False
            if upload.error_code:
                problem = get_problem(upload.error_code)
                # The templates are marked for translation where they are defined.
                explanation = self.env._(problem.explanation)  # pylint: disable=translation-required,prefer-env-translation
                advice = self.env._(problem.advice)  # pylint: disable=translation-required,prefer-env-translation
            upload.explanation = explanation
            upload.advice = advice

    def _set_refused(self, said, problem=None):
        """Store Amazon's refusal; send again later where that may help.

        :param said: Amazon's words, or a `Message`
        :param problem: ``upload_problems.Problem``; found by Amazon's words if left out
        """
        problem = problem or find_problem(said)
        self.write(
            {
                "error_code": problem.code,
                "error_text": said
                if isinstance(said, Message)
                else words(said.strip()),
                "next_attempt": False,
            }
        )
        if not problem.retry:
            self._note(None, "refused", state="refused")
        elif not self._is_given_up():
            self._note(
                message("upload_refused_again"),
                state="queued",
                next_attempt=fields.Datetime.now() + timedelta(hours=1),
            )

    def _accept(self, reason=None):
        """Note that Amazon has taken the document.

        :param reason: `Message` where it is not Amazon that says so
        """
        self._note(
            reason,
            state="accepted",
            error_code=False,
            error_text=False,
            next_attempt=False,
        )

    # === THE FEED === #

    @api.model
    def _follow(self, account, commit):
        """Ask Amazon how far the feeds of sent documents are.

        :param account: ``amazon.account`` record
        :param commit: function that commits and returns the seconds left
        """
        uploads = self.search(
            [
                ("account_id", "=", account.id),
                ("state", "=", "sent"),
                ("feed_id", "!=", False),
                "|",
                ("feed_status", "=", False),
                ("feed_status", "not in", FINAL_STATUSES),
            ],
            order="id",
            limit=FEEDS_PER_RUN,
        )
        if not uploads:
            return
        try:
            client = account._get_client()
        except (SellingPartnerError, UserError) as error:
            _logger.info(
                "Feeds of account %s cannot be asked for: %s", account.id, error
            )
            return
        with client:
            for upload in uploads:
                if not upload.try_lock_for_update():
                    continue
                try:
                    upload._read_feed(client)
                except SellingPartnerError as error:
                    account._note_api_error(error)
                    upload._note(account._get_error_message(error), "retry")
                    commit()
                    if isinstance(error, RetryableError):
                        return
                if not commit(1):
                    return

    def _is_without_data(self):
        """Whether no VCS Lite data will tell what became of the document."""
        service = self.order_id._get_amazon_vat_service()
        return service != "vcs_lite" and not self.vat_invoice_id

    def _read_feed(self, client):
        """Take over the status of the feed, and its result where nothing else tells."""
        feed = client.get_feed(self.feed_id)
        status = feed.processing_status
        if status == "DONE" and self._is_without_data():
            # Without VCS Lite data, the feed's own result is all that Amazon says.
            errors = (
                read_result(client.download_feed_result(feed.result_document_id))
                if feed.result_document_id
                else []
            )
            self.feed_status = status
            if errors:
                self._set_refused("\n".join(errors))
            else:
                self._accept()
            return
        self.feed_status = status
        if status == "CANCELLED":
            self._note(
                message("upload_cancelled"),
                state="queued",
                feed_id=False,
                next_attempt=fields.Datetime.now() + timedelta(hours=1),
            )
        elif status == "FATAL":
            self._set_refused("FATAL", FATAL)

    # === VCS LITE DATA === #

    @api.model
    def _read_report(self, report):
        """Take over what VCS Lite data say about uploaded documents.

        :param report: ``amazon.report`` record of the kind ``vcs_lite``, processed
        """
        told_at = report.asked_at or report.create_date
        uploads = self.search(
            [
                ("account_id", "=", report.account_id.id),
                ("state", "in", ("sending", "sent", "refused")),
                ("vat_invoice_id", "!=", False),
            ]
        )
        told = set(report.row_ids.vat_invoice_id.ids)
        for upload in uploads:
            if not upload.sending_at or upload.sending_at > told_at:
                # The report is older than the upload.
                continue
            if upload.vat_invoice_id.id in told:
                upload._read_status(told_at)
            elif upload._has_left_list(report, told_at):
                upload._accept(message("upload_left_list"))

    def _has_left_list(self, report, told_at):
        """Whether a whole list of pending documents of Amazon's lacks this one."""
        return bool(
            self.state == "sent"
            and self.feed_status == "DONE"
            and report.amazon_report_id
            and not report.date_from
            and self.marketplace_id in report.marketplace_ids
            and self.sent_at + LIST_MARGIN < told_at
        )

    def _read_status(self, told_at):
        """Take over ``invoice-status`` and ``invoice-status-description``."""
        data = self.vat_invoice_id
        progress = data._get_progress_at_amazon()
        text = data.amazon_status_description or ""
        if progress in ("pending", "refused") and data.amazon_status:
            if text:
                if self.state != "refused" or self.error_text != text:
                    self._set_refused(text)
            elif self.state == "sent" and self.sent_at + ARRIVAL < told_at:
                self._note(
                    message("upload_not_arrived", feed=self.feed_id or "–"),
                    state="failed",
                )
        elif progress == "done":
            self._read_number(data)

    def _read_number(self, data):
        """Amazon has a document: is it this one?"""
        if data.invoice_number in (False, self.number):
            self._accept()
            return
        self._set_refused(
            message(
                "upload_other_number", theirs=data.invoice_number, ours=self.number
            ),
            ALREADY_THERE,
        )
