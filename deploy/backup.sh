#!/usr/bin/env bash
# Writes one file with everything that has to survive: `backup.sh leitstand-2026-11-20.dump`. The database is named by
# DATABASE_URL, or by /etc/leitstand/environment. Keep SECRET_KEY and LEITSTAND_KEY_PEPPER elsewhere: with both, whoever
# has the file is you.
set -euo pipefail
umask 077
target="${1:?which file? backup.sh FILE}"
source "$(dirname "$0")/database.sh"
trap 'rm -f "$target.unfinished"' EXIT
# Past a pipe: where pg_dump can go back in what it writes to, some add a second table of contents at its end, behind
# which nobody notices that a file was cut.
"${as_account[@]}" pg_dump --format=custom --no-owner --no-privileges --dbname="$DATABASE_URL" | cat >"$target.unfinished"
pg_restore --list "$target.unfinished" >/dev/null # what cannot be listed cannot be restored
sync "$target.unfinished"
mv "$target.unfinished" "$target"
