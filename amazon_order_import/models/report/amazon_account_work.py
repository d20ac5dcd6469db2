import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: The scheduled action comes by itself after this time.
CRON_INTERVAL = timedelta(minutes=5)
#: The shortest time between two runs that the addon asks for.
SHORTEST_PAUSE = timedelta(seconds=30)
#: So many seconds one account may talk to Amazon before the next one's turn.
ACCOUNT_SECONDS = 60
#: More slots than this are a slip of the finger.
MOST_SLOTS = 64
SLOT_NAME = "ir_cron_process_reports"


class AmazonAccount(models.Model):
    """The scheduled actions: one talks to Amazon, others process what it fetched."""

    _inherit = "amazon.account"

    last_look_seconds = fields.Float(
        # Nothing would come after the slowest.
        default=0.0,
        readonly=True,
        copy=False,
        help="How long Amazon took for this account when it was last looked at: the "
        "slowest account comes last",
    )

    # === TALKING TO AMAZON === #

    @api.model
    def _cron_check_reports(self):
        """Advance every open report of every account; request the recurring ones.

        The only place here that commits: after each step, so that stopping Odoo at
        any moment neither loses nor repeats anything.
        """
        self.env["amazon.report.request"]._create_due_reports()
        commit = self.env["ir.cron"]._commit_progress
        seconds_left = commit()
        finished = True
        for account in self.search([], order="last_look_seconds, id"):
            finished &= account._look_at_amazon(commit)
            seconds_left = commit()
            if not seconds_left:
                break
        if self.env["amazon.report"]._has_ready():
            self.env["amazon.report"]._trigger_processing()
        self._trigger_next_look()
        if not finished or not seconds_left:
            # Odoo runs the action again at once, not after its five minutes.
            commit(remaining=1)

    def _look_at_amazon(self, commit):
        """Do for one account what can be done at Amazon now, within its time.

        :param commit: function that commits and returns the seconds left
        :return: whether that was all; False where its time was up
        """
        self.ensure_one()
        start = time.monotonic()

        def commit_in_time(*counts):
            used = time.monotonic() - start
            return max(min(commit(*counts), ACCOUNT_SECONDS - used), 0)

        seconds_left = self.env["amazon.report"]._advance_at_amazon(
            self, commit_in_time
        )
        if seconds_left:
            self.env["amazon.report.schedule"]._look(self, commit_in_time)
        # Whole seconds: an account that has nothing to do is not written to.
        seconds = round(time.monotonic() - start)
        if seconds != self.last_look_seconds:
            self.last_look_seconds = seconds
        return bool(seconds_left)

    @api.model
    def _trigger_next_look(self):
        """Have the scheduled action run when the next report at Amazon is due."""
        now = fields.Datetime.now()
        moment = self.env["amazon.report"]._get_next_look()
        if moment and moment < now + CRON_INTERVAL:
            self.env.ref("amazon_order_import.ir_cron_check_reports")._trigger(
                max(moment, now + SHORTEST_PAUSE)
            )

    # === PROCESSING === #

    @api.model
    def _cron_process_reports(self):
        """Process the files that are there, beside any number of other slots.

        The only place here that commits: after each batch of rows.
        """
        commit = self.env["ir.cron"]._commit_progress
        finished = self.env["amazon.report"]._process_ready(commit)
        self.search([])._do_after_reports(commit)
        if not finished:
            # Odoo runs the action again at once, not after its five minutes.
            commit(remaining=1)

    def _do_after_reports(self, commit):
        """Do what has waited for the reports; other domains fill it.

        :param commit: function that ends the transaction; call it after each step
        """

    # === SLOTS === #

    @api.model
    def _get_processing_slots(self):
        """Return the scheduled actions that process files, the first one first.

        :return: ``ir.cron`` records with all rights; inactive ones not
        """
        first = self.env.ref(f"amazon_order_import.{SLOT_NAME}").sudo()
        return first | self._get_further_slots().filtered("active")

    @api.model
    def _get_further_slots(self):
        data = (
            self.env["ir.model.data"]
            .sudo()
            .search(
                [
                    ("module", "=", "amazon_order_import"),
                    ("model", "=", "ir.cron"),
                    ("name", "=like", f"{SLOT_NAME}\\_%"),
                ],
                order="id",
            )
        )
        return self.env["ir.cron"].sudo().browse(data.mapped("res_id")).exists()

    @api.model
    def _set_processing_slots(self, count):
        """Keep as many scheduled actions that process files as wanted.

        :param count: number of slots; one runs on one worker of Odoo at a time
        :raise ValidationError: where the number makes no sense
        """
        if not 1 <= count <= MOST_SLOTS:
            raise ValidationError(
                self.env._(
                    "Files are processed in 1 to %(most)s slots. %(count)s is none of "
                    "these numbers: enter another one.",
                    most=MOST_SLOTS,
                    count=count,
                )
            )
        further = self._get_further_slots()
        further[count - 1 :].unlink()
        first = self.env.ref(f"amazon_order_import.{SLOT_NAME}").sudo()
        for number in range(len(further) + 2, count + 1):
            slot = first.copy({"name": f"{first.name} ({number})"})
            self.env["ir.model.data"].sudo().create(
                {
                    "module": "amazon_order_import",
                    "name": f"{SLOT_NAME}_{number}",
                    "model": "ir.cron",
                    "res_id": slot.id,
                    # An update of the addon leaves it alone.
                    "noupdate": True,
                }
            )
