from . import (
    test_ageing,
    test_client,
    test_credit_notes,
    test_documents,
    test_door,
    test_events,
    test_history,
    test_outbox,
    test_rights,
    test_sending,
    test_settings,
    test_time_approval,
)
