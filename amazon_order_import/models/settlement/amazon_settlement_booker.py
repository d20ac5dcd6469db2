from collections import defaultdict

from odoo import Command, api, models
from odoo.tools.misc import clean_context

from ...messages import REFUSALS, MessageError, get_error_message, message
from ...report_formats.order_numbers import is_order_number
from .rule_table import CATEGORIES, WITHOUT_ACCOUNT


class AmazonSettlementBooker(models.AbstractModel):
    """Makes the one entry of a settlement.

    Receivables get what the buyers paid, order by order; costs get the fees; the
    transit account gets the payout. The clearing account takes the rest, so that its
    balance is what Amazon owes: reserves and carried balances stay in it.
    """

    _name = "amazon.settlement.booker"
    _description = "Booking of Amazon Settlements"

    @api.private
    def book(self, settlement, by_person=False):
        """Make or renew the entry of a settlement, and match it with its orders.

        :param settlement: ``amazon.settlement``, read whole and not posted
        :param by_person: whether somebody wants it posted, whatever the account says
        """
        if settlement.state == "posted":
            return
        settlement = settlement.with_company(settlement.company_id)
        settlement.line_ids._classify()
        self._settle_rows(settlement)
        if settlement.account_id.settlement_policy == "none" and not by_person:
            settlement._finish("draft")
            return
        try:
            with self.env.cr.savepoint():
                self._make_entry(settlement, by_person)
        except REFUSALS as error:
            settlement._hold(
                message(
                    "settlement_not_booked",
                    settlement=settlement.settlement_id,
                    error=get_error_message(error),
                )
            )

    def _settle_rows(self, settlement):
        """Have the rows of the report say whether they are known."""
        unknown = settlement.line_ids.filtered("is_unknown")
        known = (settlement.line_ids - unknown).row_id
        known.filtered(lambda row: row.code == "settlement_unknown").write(
            {"outcome": "created", "message": False, "code": False}
        )
        for line in unknown:
            line.row_id.write(
                {
                    "outcome": "waiting",
                    "code": "settlement_unknown",
                    "message": self._explain_unknown(line),
                }
            )

    def _explain_unknown(self, line):
        return message(
            "settlement_unknown",
            transaction=line.transaction_type or "–",
            amount_type=line.amount_type or "–",
            description=line.amount_description or "–",
        )

    def _make_entry(self, settlement, by_person):
        settlement.currency_id._check_amazon_rate(settlement.company_id)
        journal = settlement.account_id._get_clearing_journal(settlement.currency_id)
        orders = self._make_orders(settlement, journal)
        lines = self._prepare_lines(settlement, journal, orders)
        settlement.move_id.with_context(force_delete=True).unlink()
        if lines:
            settlement.move_id = self._create_move(settlement, journal, lines)
        unknown = settlement.line_ids.filtered("is_unknown")
        move = settlement.move_id
        if unknown and not settlement.accept_unknown:
            settlement._hold(self._explain_unknown(unknown[0]))
        elif locks := move and move._get_violated_lock_dates(move.date, False):
            settlement._hold(
                message(
                    "settlement_locked",
                    settlement=settlement.settlement_id,
                    date=move.date,
                    locks=self.env["res.company"]._format_lock_dates(locks),
                )
            )
        elif settlement.account_id.settlement_policy == "draft" and not by_person:
            settlement._finish("draft")
        else:
            move.filtered(lambda m: m.state == "draft").action_post()
            settlement._finish("posted")
            self.env["amazon.settlement.matcher"].match(orders)

    def _create_move(self, settlement, journal, lines):
        day = settlement.account_id._get_settlement_day(settlement)
        Move = self.env["account.move"].with_context(
            **clean_context(self.env.context), skip_invoice_sync=True
        )
        return Move.create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "company_id": settlement.company_id.id,
                "currency_id": settlement.currency_id.id,
                "date": day,
                "ref": f"AMZN-{settlement.settlement_id}",
                "line_ids": [Command.create(line) for line in lines],
            }
        )

    # === ORDERS === #

    def _make_orders(self, settlement, journal):
        """Sum the settlement up order by order; return ``amazon.settlement.order``."""
        sums = defaultdict(lambda: dict.fromkeys(("sale", "refund", "other"), 0.0))
        for line in settlement.line_ids:
            ref = line.order_ref or line.merchant_order_ref
            if line.category == "sale" or (ref and is_order_number(ref)):
                sums[ref or "–"][line.part] += line.amount
        found = self.env["sale.order"].search(
            [
                ("company_id", "=", settlement.company_id.id),
                ("amazon_order_ref", "in", list(sums)),
            ]
        )
        by_ref = {order.amazon_order_ref: order for order in found}
        settlement.order_ids.unlink()
        round_ = settlement.currency_id.round
        orders = self.env["amazon.settlement.order"].create(
            [
                {
                    "settlement_id": settlement.id,
                    "order_ref": ref,
                    "sale_order_id": by_ref[ref].id if ref in by_ref else False,
                    "amount_sale": round_(parts["sale"]),
                    "amount_refund": round_(parts["refund"]),
                    "amount_fee": round_(parts["other"]),
                }
                for ref, parts in sorted(sums.items())
            ]
        )
        before = self._sum_cleared(orders)
        for order in orders:
            earlier = before.get(order.sale_order_id, {"sale": 0, "refund": 0})
            order.write(self._prepare_cleared(order, journal, earlier))
        return orders

    def _sum_cleared(self, orders):
        """What other settlements took as paid: ``{order: {part: amount}}``."""
        names = ("sale", "refund")
        groups = self.env["amazon.settlement.order"]._read_group(
            [
                ("sale_order_id", "in", orders.sale_order_id.ids),
                ("id", "not in", orders.ids),
            ],
            ["sale_order_id"],
            [f"cleared_{name}:sum" for name in names],
        )
        return {sale: dict(zip(names, sums, strict=True)) for sale, *sums in groups}

    def _prepare_cleared(self, order, journal, before):
        """What of an order lies in the clearing account already, as it was paid.

        :param dict before: what of it other settlements took, ``{part: amount}``
        """
        sale = order.sale_order_id.sudo()
        payments = sale.invoice_ids.matched_payment_ids.filtered(
            lambda payment: payment.journal_id == journal
            and payment.state in ("in_process", "paid")
        )
        result = {}
        for name, kind in (("sale", "inbound"), ("refund", "outbound")):
            paid = sum(
                payments.filtered(lambda p, k=kind: p.payment_type == k).mapped(
                    "amount"
                )
            )
            sign = 1 if name == "sale" else -1
            paid -= sign * before[name]
            amount = sign * order[f"amount_{name}"]
            result[f"cleared_{name}"] = sign * max(min(paid, amount), 0)
        return result

    # === LINES === #

    def _prepare_lines(self, settlement, journal, orders):
        """Return the values of the lines of the entry, which are balanced."""
        account = settlement.account_id
        day = account._get_settlement_day(settlement)
        company, currency = settlement.company_id, settlement.currency_id

        def line(ledger, amount, name, **values):
            return {
                "account_id": ledger.id,
                "name": name,
                "currency_id": currency.id,
                "amount_currency": -amount,
                "balance": -currency._convert(
                    amount, company.currency_id, company, day
                ),
                **values,
            }

        lines = [
            line(*values[:3], **values[3])
            for values in (
                *self._get_order_parts(settlement, orders),
                *self._get_other_parts(settlement, journal),
            )
            if not currency.is_zero(values[1])
        ]
        clearing = journal.default_account_id
        if lines:
            lines.append(
                {
                    "account_id": clearing.id,
                    "name": self.env._("Settled by Amazon"),
                    "currency_id": currency.id,
                    "amount_currency": -sum(v["amount_currency"] for v in lines),
                    "balance": -sum(v["balance"] for v in lines),
                }
            )
        payout = settlement.amount_total
        if currency.compare_amounts(payout, 0) > 0:
            transit = company.transfer_account_id
            if not transit:
                raise MessageError(
                    self.env, message("settlement_no_transit", company=company.name)
                )
            name = self.env._("Payout")
            lines += [line(transit, -payout, name), line(clearing, payout, name)]
        return lines

    def _get_order_parts(self, settlement, orders):
        """Yield account, amount, name and values of what each order brought."""
        collective = self._get_collective_partner(settlement)
        for order in orders:
            partner = order.sale_order_id.partner_invoice_id.commercial_partner_id
            invoices = order.sale_order_id.sudo().invoice_ids
            partner = invoices[:1].commercial_partner_id or partner or collective
            company = settlement.company_id
            # Nobody is known of orders that are not in Odoo.
            known = (partner or company.partner_id).with_company(company)
            receivable = known.property_account_receivable_id
            for part in ("sale", "refund"):
                amount = order[f"amount_{part}"] - order[f"cleared_{part}"]
                values = {
                    "partner_id": partner.id,
                    "amazon_settlement_order_id": order.id,
                    "amazon_settlement_part": part,
                }
                yield receivable, amount, order.order_ref, values

    def _get_collective_partner(self, settlement):
        return settlement.account_id.collective_partner_id

    def _get_other_parts(self, settlement, journal):
        """The same of fees and all else, one for each rule's account and category."""
        labels = dict(CATEGORIES)
        groups = defaultdict(float)
        for line in settlement.line_ids:
            if line.is_unknown:
                groups["unknown", self.env["amazon.settlement.rule"]] += line.amount
            elif line.category not in WITHOUT_ACCOUNT:
                groups[line.category, line.rule_id] += line.amount
        merged = defaultdict(float)
        for (category, rule), amount in groups.items():
            distribution = tuple(sorted((rule.analytic_distribution or {}).items()))
            ledger = rule.ledger_account_id or self._get_suspense(settlement, journal)
            merged[category, ledger, rule.partner_id, distribution] += amount
        for (category, ledger, partner, distribution), amount in merged.items():
            values = {
                "partner_id": partner.id,
                "analytic_distribution": dict(distribution) or False,
            }
            name = labels.get(category) or self.env._("Not known")
            yield ledger, amount, name, values

    def _get_suspense(self, settlement, journal):
        suspense = (
            journal.suspense_account_id
            or settlement.company_id.account_journal_suspense_account_id
        )
        if not suspense:
            raise MessageError(
                self.env, message("settlement_no_suspense", journal=journal.name)
            )
        return suspense
