"""What an administrator chose in the system parameters for modules that may or may not be there."""


def chosen(env, parameter, model):
    """The record whose id the parameter holds, when it exists and belongs to this company or to none; else empty."""
    value = env["ir.config_parameter"].sudo().get_param(parameter) or ""
    record = env[model].sudo().browse(int(value) if value.isdigit() else []).exists()
    company = record.company_id if "company_id" in record._fields else env["res.company"]
    return record.browse() if company and company != env.company else record


def switched_off(env, parameter):
    """Whether the parameter says "none": the module is there, and Countersign leaves it alone."""
    return (env["ir.config_parameter"].sudo().get_param(parameter) or "").strip().casefold() == "none"
