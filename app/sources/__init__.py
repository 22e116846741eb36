"""Where things come from: mail files, uploads, webhooks, watched folders, all brought into one shape."""
