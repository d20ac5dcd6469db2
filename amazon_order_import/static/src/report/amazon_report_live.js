import {onWillUnmount} from "@odoo/owl";
import {FormController} from "@web/views/form/form_controller";
import {_t} from "@web/core/l10n/translation";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** Batches may end faster than a person can read. */
const SHORTEST_PAUSE = 700;

/** A report's form follows the report: its bar moves, its state and counts change. */
export class AmazonReportFormController extends FormController {
    setup() {
        super.setup();
        this.busService = useService("bus_service");
        this.onReportProgress = this.onReportProgress.bind(this);
        this.busService.subscribe("amazon_report_progress", this.onReportProgress);
        onWillUnmount(() => {
            this.busService.unsubscribe(
                "amazon_report_progress",
                this.onReportProgress
            );
            clearTimeout(this.reloadTimer);
        });
    }

    onReportProgress({id}) {
        // A notice may come before the form has its record.
        if (id !== this.model.root?.resId || this.reloadTimer) {
            return;
        }
        this.reloadTimer = setTimeout(async () => {
            this.reloadTimer = null;
            await this.model.root.load();
        }, SHORTEST_PAUSE);
    }
}

registry.category("views").add("amazon_report_form", {
    ...formView,
    Controller: AmazonReportFormController,
});

/** Who started a report is told of its end, wherever they are by then. */
export const amazonReportNoticeService = {
    dependencies: ["bus_service", "notification", "action"],
    start(env, {bus_service: bus, notification, action}) {
        bus.subscribe("amazon_report_ended", ({id, title, message, type}) => {
            const close = notification.add(message, {
                title,
                type,
                sticky: type !== "success",
                buttons: [
                    {
                        name: _t("Open"),
                        primary: true,
                        onClick: () => {
                            close();
                            action.doAction({
                                type: "ir.actions.act_window",
                                res_model: "amazon.report",
                                res_id: id,
                                views: [[false, "form"]],
                            });
                        },
                    },
                ],
            });
        });
        bus.start();
    },
};

registry.category("services").add("amazon_report_notice", amazonReportNoticeService);
