import {Component, onWillStart, useState} from "@odoo/owl";
import {deserializeDateTime, formatDateTime} from "@web/core/l10n/dates";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {Layout} from "@web/search/layout";
import {KeepLast} from "@web/core/utils/concurrency";
import {_t} from "@web/core/l10n/translation";
import {localization} from "@web/core/l10n/localization";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

const {DateTime, Info} = luxon;
const MONTHS = 3;

/** The days of an account against Amazon's list of all orders, month by month. */
export class AmazonCompleteness extends Component {
    static template = "amazon_order_import.Completeness";
    static components = {Dropdown, DropdownItem, Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        const kept = this.props.state || {};
        const asked = this.props.action.params?.account_id;
        this.state = useState({
            accountId: kept.accountId || asked || false,
            fulfillment: kept.fulfillment || false,
            marketplaceId: kept.marketplaceId || false,
            last: kept.last || DateTime.local().toFormat("yyyy-MM"),
            data: null,
        });
        this.accounts = [];
        onWillStart(async () => {
            this.accounts = await this.orm.searchRead(
                "amazon.account",
                [],
                ["name", "missing_order_count"]
            );
            if (!this.accounts.some(({id}) => id === this.state.accountId)) {
                this.state.accountId = this.accounts[0]?.id || false;
            }
            await this.load();
        });
    }

    // --- What is shown -------------------------------------------------------

    get display() {
        return {controlPanel: {}};
    }

    get account() {
        return this.accounts.find(({id}) => id === this.state.accountId);
    }

    get fulfillments() {
        return [
            {id: false, name: _t("All orders")},
            {id: "mfn", name: _t("Merchant-fulfilled")},
            {id: "fba", name: _t("FBA")},
        ];
    }

    get fulfillmentName() {
        return this.fulfillments.find(({id}) => id === this.state.fulfillment).name;
    }

    get marketplaces() {
        const known = new Map(
            (this.state.data?.marketplaces || []).map(({id, name}) => [id, name])
        );
        return [
            {id: false, name: _t("All channels")},
            ...[...known].map(([id, name]) => ({id, name})),
        ];
    }

    get marketplaceName() {
        const found = this.marketplaces.find(({id}) => id === this.state.marketplaceId);
        return (found || this.marketplaces[0]).name;
    }

    get first() {
        return DateTime.fromFormat(this.state.last, "yyyy-MM").minus({
            months: MONTHS - 1,
        });
    }

    get isLatest() {
        return this.state.last >= DateTime.local().toFormat("yyyy-MM");
    }

    get period() {
        const last = DateTime.fromFormat(this.state.last, "yyyy-MM");
        return `${this.first.toFormat("LLL yyyy")} – ${last.toFormat("LLL yyyy")}`;
    }

    get weekdays() {
        const names = Info.weekdays("short");
        return [...Array(7).keys()].map(
            (index) => names[(localization.weekStart - 1 + index) % 7]
        );
    }

    get months() {
        const byDate = new Map(this.state.data.days.map((day) => [day.date, day]));
        return [...Array(MONTHS).keys()].map((index) => {
            const month = this.first.plus({months: index});
            // So many cells of the first week belong to the month before.
            const offset = (month.weekday - localization.weekStart + 7) % 7;
            const days = [...Array(month.daysInMonth).keys()].map((number) => {
                const day = month.plus({days: number});
                const date = day.toISODate();
                return this.getCell(day, byDate.get(date), date);
            });
            return {
                key: month.toFormat("yyyy-MM"),
                name: month.toFormat("LLLL yyyy"),
                blanks: [...Array(offset).keys()],
                days,
            };
        });
    }

    getCell(day, count, date) {
        const isFuture = date > this.state.data.today;
        return {
            date,
            number: day.day,
            isToday: date === this.state.data.today,
            status: isFuture ? "future" : count.status,
            missing: count.missing,
            label: this.getLabel(count, isFuture),
            tooltip: this.getTooltip(day, count, isFuture),
            isClickable: Boolean(
                !isFuture && (count.amazon || count.cancelled || count.ignored)
            ),
        };
    }

    getLabel(count, isFuture) {
        if (isFuture || !count.amazon) {
            return "";
        }
        return count.missing ? `−${count.missing}` : String(count.amazon);
    }

    getTooltip(day, count, isFuture) {
        const lines = [day.toLocaleString(DateTime.DATE_FULL)];
        if (isFuture) {
            return lines[0];
        }
        if (count.status === "none") {
            lines.push(_t("Amazon's list of all orders does not cover this day."));
        } else {
            lines.push(
                _t("Amazon: %(amazon)s orders, Odoo: %(odoo)s", count),
                _t("Units: %(amazon_units)s, %(odoo_units)s", count)
            );
        }
        if (count.missing) {
            lines.push(_t("Missing or incomplete: %s", count.missing));
        }
        if (count.pending) {
            lines.push(_t("Not due yet: %s", count.pending));
        }
        if (count.cancelled) {
            lines.push(_t("Cancelled: %s", count.cancelled));
        }
        if (count.ignored) {
            lines.push(_t("Not expected: %s", count.ignored));
        }
        return [...lines, ...count.gaps].join("\n");
    }

    get legend() {
        return [
            {status: "complete", name: _t("Complete")},
            {status: "missing", name: _t("Orders missing")},
            {status: "gap", name: _t("No report for a part of the day")},
            {status: "pending", name: _t("Orders not due yet")},
            {status: "empty", name: _t("No orders")},
            {status: "none", name: _t("Not in Amazon's list")},
        ];
    }

    get reach() {
        const until = this.state.data.lists_until;
        return (
            until && formatDateTime(deserializeDateTime(until), {showSeconds: false})
        );
    }

    // --- What can be done ----------------------------------------------------

    async load() {
        if (!this.state.accountId) {
            return;
        }
        const last = DateTime.fromFormat(this.state.last, "yyyy-MM").endOf("month");
        this.state.data = await this.keepLast.add(
            this.orm.call(
                "amazon.control.order",
                "get_calendar",
                [this.state.accountId, this.first.toISODate(), last.toISODate()],
                this.filters
            )
        );
    }

    get filters() {
        return {
            fulfillment: this.state.fulfillment,
            marketplace_id: this.state.marketplaceId,
        };
    }

    async choose(values) {
        Object.assign(this.state, values);
        await this.load();
    }

    async move(months) {
        const last = DateTime.fromFormat(this.state.last, "yyyy-MM").plus({months});
        await this.choose({last: last.toFormat("yyyy-MM")});
    }

    async showLatest() {
        await this.choose({last: DateTime.local().toFormat("yyyy-MM")});
    }

    async open(first, last, extra = {}) {
        const action = await this.orm.call(
            "amazon.control.order",
            "action_open_day",
            [this.state.accountId, first, last],
            {...this.filters, ...extra}
        );
        await this.action.doAction(action);
    }

    async openDay(day) {
        if (day.isClickable) {
            await this.open(day.date, day.date);
        }
    }

    async openChannel(channel) {
        const last = DateTime.fromFormat(this.state.last, "yyyy-MM").endOf("month");
        await this.open(this.first.toISODate(), last.toISODate(), {
            fulfillment: channel.fulfillment,
            marketplace_id: channel.marketplace_id,
            missing: Boolean(channel.missing),
        });
    }

    async openMissing() {
        await this.action.doAction("amazon_order_import.amazon_control_order_action", {
            additionalContext: {search_default_missing: 1},
        });
    }

    async find() {
        await this.action.doAction("amazon_order_import.amazon_order_finder_action", {
            onClose: () => this.load(),
        });
    }
}

registry.category("actions").add("amazon_completeness", AmazonCompleteness);
