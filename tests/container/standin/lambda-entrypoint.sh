#!/bin/sh
# The handler is the one argument. Outside Lambda, where no Runtime API is given, the emulator plays its part.
if [ $# -ne 1 ]; then
  echo "entrypoint requires the handler name to be the first argument" >&2
  exit 142
fi
export _HANDLER="$1"
if [ -z "${AWS_LAMBDA_RUNTIME_API}" ]; then
  exec /usr/local/bin/aws-lambda-rie "${LAMBDA_RUNTIME_DIR}/bootstrap"
fi
exec "${LAMBDA_RUNTIME_DIR}/bootstrap"
