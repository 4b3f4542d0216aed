#!/bin/sh
# The token endpoint alone, and a look into the token without any check. curl-jq.sh TOKEN_ENDPOINT FORM
set -e
curl -sS --fail --data "@$2" "$1" | jq -r '.id_token | split(".")[1] | gsub("-"; "+") | gsub("_"; "/") | @base64d'
