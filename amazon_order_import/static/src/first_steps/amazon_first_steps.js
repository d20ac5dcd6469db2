import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {browser} from "@web/core/browser/browser";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";

const CLOSED = "amazon_order_import.first_steps_closed";

/** From the empty database to the first order: each step says whether it is done. */
export class AmazonFirstSteps extends Component {
    static template = "amazon_order_import.FirstSteps";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.actionService = useService("action");
        this.state = useState({
            steps: [],
            closed: Boolean(browser.localStorage.getItem(CLOSED)),
            maySample: false,
        });
        onWillStart(() => this.load());
        onWillUpdateProps(() => this.load());
    }

    async load() {
        this.state.steps = await this.orm.call("amazon.account", "get_first_steps");
        this.state.maySample = await user.hasGroup(
            "amazon_order_import.group_amazon_manager"
        );
    }

    get isShown() {
        return this.state.steps.length && !this.state.closed;
    }

    get isEmpty() {
        return this.state.steps.every((step) => !step.is_done);
    }

    async press(method) {
        const action = await this.orm.call("amazon.account", method);
        await this.actionService.doAction(action);
    }

    close() {
        browser.localStorage.setItem(CLOSED, "1");
        this.state.closed = true;
    }
}

export class AmazonOverviewController extends KanbanController {
    static template = "amazon_order_import.Overview";
    static components = {...KanbanController.components, AmazonFirstSteps};
}

registry.category("views").add("amazon_overview", {
    ...kanbanView,
    Controller: AmazonOverviewController,
});
