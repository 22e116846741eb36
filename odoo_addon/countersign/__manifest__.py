{
    "name": "Countersign",
    "summary": "Guarded, repeatable writes for billing exceptions that a person confirmed",
    "version": "19.0.1.0.0",
    "author": "Countersign",
    "license": "LGPL-3",
    "category": "Accounting/Accounting",
    "depends": ["sale_management", "sale_timesheet", "hr_expense"],
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "security/rules.xml",
        "views/operation_views.xml",
        "views/panel_views.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "countersign/static/src/panel/**/*",
            ("remove", "countersign/static/src/panel/**/*.dark.scss"),
        ],
        "web.assets_web_dark": ["countersign/static/src/panel/**/*.dark.scss"],
        "web.assets_unit_tests": ["countersign/static/tests/*.test.js"],
        "web.assets_tests": ["countersign/static/tests/tours/*.js"],
    },
    "installable": True,
}
