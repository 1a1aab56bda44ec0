#!/bin/sh
# The shell gives its place to node, so that signals reach it.
set -eu
if [ "$SERVICE" = sandbox ]; then exec node sandbox/src/main.ts; fi
exec node --import @opl/telemetry/register "services/$SERVICE/src/main.ts"
