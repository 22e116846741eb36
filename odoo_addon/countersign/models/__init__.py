from . import (
    ageing,
    client,
    events,
    mirror,
    operation,
    outbox,
    panel,
    papers,
    sending,
    service_messages,
    settings,
    time_approval,
)
