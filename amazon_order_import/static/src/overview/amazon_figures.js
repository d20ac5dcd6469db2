import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

const LEVELS = {
    danger: "fw-bold text-danger",
    warning: "fw-bold text-warning-emphasis",
    muted: "text-muted",
};

/** Figures of an account; each opens what it counts. */
export class AmazonFigures extends Component {
    static template = "amazon_order_import.Figures";
    static props = {...standardFieldProps};

    setup() {
        this.orm = useService("orm");
        this.actionService = useService("action");
    }

    get figures() {
        return this.props.record.data[this.props.name] || [];
    }

    getClass(figure) {
        return LEVELS[figure.level] || "";
    }

    async open(figure) {
        const {resModel, resId} = this.props.record;
        const given = figure.argument ? [figure.argument] : [];
        const action = await this.orm.call(resModel, figure.action, [
            [resId],
            ...given,
        ]);
        await this.actionService.doAction(action);
    }
}

registry.category("fields").add("amazon_figures", {
    component: AmazonFigures,
    supportedTypes: ["json"],
});

/** Bars of the latest days, the first and the last one named. */
export class AmazonBars extends Component {
    static template = "amazon_order_import.Bars";
    static props = {...standardFieldProps};

    get graph() {
        return this.props.record.data[this.props.name] || {bars: []};
    }
}

registry.category("fields").add("amazon_bars", {
    component: AmazonBars,
    supportedTypes: ["json"],
});
