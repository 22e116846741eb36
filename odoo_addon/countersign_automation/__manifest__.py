{
    "name": "Countersign: automation rules",
    "summary": "Two automation rules to switch on: exceptions for invoices and orders without a PO",
    "version": "19.0.1.0.0",
    "author": "Countersign",
    "license": "LGPL-3",
    "category": "Accounting/Accounting",
    "depends": ["countersign", "base_automation"],
    "auto_install": True,
    "data": ["data/automation_rules.xml"],
}
