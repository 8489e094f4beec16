#!/bin/sh
# Brings what the browser and PostgreSQL suites need. Without it those suites are skipped, by name.
set -u
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium fonts-noto-core"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
fi
echo "not installed:$missing"
echo "The suites that need them are skipped. On Debian or Ubuntu: sudo apt-get install$missing"
exit 0
