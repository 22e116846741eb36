from . import (
    ageing,
    client,
    events,
    mirror,
    operation,
    outbox,
    panel,
    sending,
    service_messages,
    settings,
    time_approval,
)
