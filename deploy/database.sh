# Which database backup.sh and restore.sh mean, and as whom they ask it: that of DATABASE_URL; without it that of
# /etc/leitstand/environment, as the account of the units. A password is handed over where no list of processes shows it.
# shellcheck shell=bash disable=SC2034
as_account=()
if [[ -z "${DATABASE_URL-}" && -r /etc/leitstand/environment ]]; then
  DATABASE_URL="$(sed -n 's/^DATABASE_URL=//p' /etc/leitstand/environment)"
  if [[ "$(id -un)" != leitstand ]]; then as_account=(runuser -u leitstand --); fi
fi
: "${DATABASE_URL:?which database? set DATABASE_URL}"
if [[ "$DATABASE_URL" =~ ^([a-z]+://[^:/@]*):([^@/]*)@(.*)$ ]]; then
  DATABASE_URL="${BASH_REMATCH[1]}@${BASH_REMATCH[3]}" password="${BASH_REMATCH[2]//\\/\\\\}"
  PGPASSWORD="$(printf '%b' "${password//%/\\x}")"
  export PGPASSWORD
fi
