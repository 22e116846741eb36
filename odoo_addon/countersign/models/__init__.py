from . import ageing, client, events, mirror, operation, outbox, panel, sending, settings, time_approval
