"""Where the parts are put together: Celery tasks, the supervisor, the command line."""
