from . import test_credit_notes, test_documents, test_door, test_history, test_rights
