"""The textbook: what a Django project would write first, a ModelSerializer with many=True and bulk_create."""
