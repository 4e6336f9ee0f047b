from config.celery import app as celery_app  # tasks find their broker wherever Django runs

__all__ = ("celery_app",)
