import {ListRenderer} from "@web/views/list/list_renderer";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

const ORDER_NUMBER = /(s\d{2}|\d{3})[^\da-z]{0,3}\d{7}[^\da-z]{0,3}\d{7}/i;

/** Amazon orders: a search for a number that finds nothing says why it is missing. */
export class AmazonSaleOrderListRenderer extends ListRenderer {
    static template = "amazon_order_import.SaleOrderListRenderer";

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.actionService = useService("action");
    }

    /** The Amazon order number that is searched for in vain, or "". */
    get missingOrderRef() {
        if (this.props.list.model.hasData() && !this.props.list.model.useSampleModel) {
            return "";
        }
        const facets = this.env.searchModel?.facets || [];
        for (const value of facets.flatMap((facet) => facet.values)) {
            const found = ORDER_NUMBER.exec(value);
            if (found) {
                return found[0];
            }
        }
        return "";
    }

    async findMissingOrder() {
        const action = await this.orm.call("amazon.order.finder", "action_show", [
            this.missingOrderRef,
        ]);
        await this.actionService.doAction(action);
    }
}

registry.category("views").add("amazon_sale_order_list", {
    ...listView,
    Renderer: AmazonSaleOrderListRenderer,
});
