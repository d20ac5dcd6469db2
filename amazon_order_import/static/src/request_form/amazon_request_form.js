import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";

/** The form of a request: only its button sends it, leaving the form does not. */
export class AmazonRequestFormController extends FormController {
    static template = "amazon_order_import.RequestForm";

    get isUnsent() {
        return this.model.root.isNew;
    }

    beforeVisibilityChange() {
        return this.isUnsent ? undefined : super.beforeVisibilityChange();
    }

    async beforeLeave(options) {
        return this.isUnsent ? undefined : super.beforeLeave(options);
    }

    async beforeUnload(ev) {
        return this.isUnsent ? undefined : super.beforeUnload(ev);
    }

    async create() {
        return this.isUnsent ? undefined : super.create();
    }
}

registry.category("views").add("amazon_request_form", {
    ...formView,
    Controller: AmazonRequestFormController,
});
