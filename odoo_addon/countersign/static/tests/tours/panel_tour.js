import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("countersign_panel", {
    steps: () => [
        {
            content: "The count stands above the form and leads to the panel",
            trigger: ".o_cs_stat:contains(2)",
            run: "click",
        },
        {
            content: "The first suggestion shows its evidence",
            trigger: ".o_cs_suggestion:first .o_cs_evidence:contains(nur 36 Stunden)",
        },
        {
            content: "Reject the second one, with a reason",
            trigger: ".o_cs_suggestion:last .o_cs_reject",
            run: "click",
        },
        { trigger: ".o_cs_choice:contains(Something else) input", run: "click" },
        { trigger: ".o_cs_danger_button", run: "click" },
        { trigger: ".o_cs_good:contains(Rejected.)" },
        {
            content: "Confirm the first one",
            trigger: ".o_cs_suggestion:only-of-type .o_cs_primary",
            run: "click",
        },
        { trigger: ".o_cs_good:contains(Odoo has the change.)" },
        {
            content: "The chatter names the decision without a reload of the page",
            trigger: ".o-mail-Message:contains(Decided by Ada Clerk under rule)",
        },
        { trigger: ".o_cs_head:contains(Nothing open here)" },
    ],
});
