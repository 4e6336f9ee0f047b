#!/usr/bin/env bash
# Fills an empty database with what backup.sh wrote: `restore.sh leitstand-2026-11-20.dump`, into the one that
# DATABASE_URL names, or /etc/leitstand/environment. All of it or nothing.
set -euo pipefail
dump="${1:?which file? restore.sh FILE}"
source "$(dirname "$0")/database.sh"
tables="$("${as_account[@]}" psql --no-psqlrc --tuples-only --no-align --command \
  "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'" "$DATABASE_URL")"
if [[ "$tables" != 0 ]]; then
  echo "The database already holds $tables tables; restore into an empty one." >&2
  exit 1
fi
"${as_account[@]}" pg_restore --no-owner --no-privileges --exit-on-error --single-transaction \
  --dbname="$DATABASE_URL" <"$dump"
"${as_account[@]}" psql --no-psqlrc --quiet --command 'ANALYZE' "$DATABASE_URL"
