"""The peer: the documented service's own stack, written as the documentation of its parts would have it.

FastAPI, pydantic, SQLAlchemy 2 async on asyncpg, uvicorn with uvloop; on the same tables. It is spared what only we do:
it checks no Asset Service key, keeps no revisions, and writes rows that did not change again.
"""
