"""Who a message really comes from: what its receiving server, its signature and earlier cases say of its sender."""
