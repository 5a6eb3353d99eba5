#!/bin/sh
# Makes the passwords and the operator's token of compose.yaml, once: what exists is kept. The folder keeps other users
# out; the files in it are readable, because each container has a user of its own.
set -eu
umask 077
folder="$(dirname "$0")/secrets"
mkdir -p "$folder"
for name in influx_password influx_operator_token grafana_password; do
  [ -e "$folder/$name" ] && continue
  head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$folder/$name"
  chmod 0444 "$folder/$name"
done
# Setup fills the first three, you the last two where you use them; they are there so that Compose can name them before.
for name in influx_sink_token influx_api_token influx_grafana_token smtp_password maint_webhook_token; do
  [ -e "$folder/$name" ] && continue
  : >"$folder/$name"
  chmod 0444 "$folder/$name"
done
