#!/bin/sh
# One argument, the handler. In Lambda its Runtime API is there; anywhere else the emulator plays its part.
[ $# -eq 1 ] || { echo "give the handler and nothing else, as module.function" >&2; exit 142; }
export _HANDLER="$1"
runtime="${LAMBDA_RUNTIME_DIR}/bootstrap"
[ -n "${AWS_LAMBDA_RUNTIME_API}" ] && exec "${runtime}"
exec aws-lambda-rie "${runtime}"
