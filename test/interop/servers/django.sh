#!/usr/bin/env bash
# django-oauth-toolkit (Debian) as an OpenID provider on 127.0.0.1, under gunicorn: one grant for each client, RS256 or HS256, all defaults of a small project.
#   django.sh [start|stop]   environment: PORT (24620), REDIRECT_URIS (JSON), STATE (a directory of its own, emptied at the start)
# Installs what is missing; start prints one JSON document: issuer, endpoints that its metadata leaves out, user, clients.
set -euo pipefail
CMD=${1:-start}; PORT=${PORT:-24620}; STATE=${STATE:-${TMPDIR:-/tmp}/padlock-interop-django-$PORT}; BASE=http://127.0.0.1:$PORT
REDIRECT_URIS=${REDIRECT_URIS:-'["http://127.0.0.1:9/cb"]'}
. "$(dirname "$0")/common.sh"

PY=/usr/bin/python3 # Debian's: another one does not know its packages
if ! type openssl curl >/dev/null 2>&1 || ! $PY -c 'import oauth2_provider, django, gunicorn' 2>/dev/null; then
  install python3-django-oauth-toolkit python3-django gunicorn openssl curl
fi
stop
mkdir -p "$STATE"/idp/templates
cd "$STATE"
openssl genrsa -out sign.key 2048 2>/dev/null
touch idp/__init__.py
cat > idp/settings.py <<PY
from pathlib import Path
SECRET_KEY = "for-these-tests-only"
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider", "idp"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware"]
ROOT_URLCONF = "idp.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": ["django.template.context_processors.request"]}}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "$STATE/db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
LOGIN_URL = "/login/"
OAUTH2_PROVIDER = {
    "OIDC_ENABLED": True,
    "OIDC_RSA_PRIVATE_KEY": Path("$STATE/sign.key").read_text(),
    "OAUTH2_VALIDATOR_CLASS": "idp.validators.Validator",
    "SCOPES": {"openid": "OpenID", "profile": "Profile", "email": "Email", "read": "Read", "introspection": "Introspection"},
    "DEFAULT_SCOPES": ["read"],
}
PY
cat > idp/validators.py <<'PY'
from oauth2_provider.oauth2_validators import OAuth2Validator


class Validator(OAuth2Validator):
    def get_additional_claims(self, request):
        return {"name": request.user.get_full_name(), "email": request.user.email}
PY
cat > idp/urls.py <<'PY'
from django.contrib.auth.views import LoginView
from django.urls import include, path

urlpatterns = [path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")), path("login/", LoginView.as_view(template_name="login.html"))]
PY
echo '<form method="post">{% csrf_token %}{{ form.as_p }}<input type="hidden" name="next" value="{{ next }}"><button>Log in</button></form>' > idp/templates/login.html
cat > seed.py <<'PY'
import json
import os

import django

django.setup()
from django.contrib.auth import get_user_model
from oauth2_provider.models import Application

get_user_model().objects.create_user("alice", "alice@example.test", "rabbit-hole-7", first_name="Alice", last_name="Example")
redirect_uris = " ".join(json.loads(os.environ["REDIRECT_URIS"]))


def application(client_id, grant, secret="", algorithm="RS256"):
    Application.objects.create(
        client_id=client_id, client_secret=secret, name=client_id, client_type="confidential" if secret else "public",
        authorization_grant_type=grant, algorithm=algorithm, redirect_uris=redirect_uris,
    )


application("padlock-conf", "password", "conf-secret")
application("padlock-odd", "password", "a b+c%41:e&f=g/h")
application("padlock-public", "password")
application("padlock-svc", "client-credentials", "svc-secret")
application("padlock-code", "authorization-code", "code-secret")
application("padlock-code-hs", "authorization-code", "hs-secret-0123456789abcdef0123456789", "HS256")
application("padlock-code-public", "authorization-code")
PY
export DJANGO_SETTINGS_MODULE=idp.settings PYTHONPATH=$STATE PYTHONDONTWRITEBYTECODE=1
$PY -m django migrate -v0 >&2
REDIRECT_URIS=$REDIRECT_URIS $PY seed.py
nohup $PY -m gunicorn --bind "127.0.0.1:$PORT" --threads 4 django.core.wsgi:get_wsgi_application\(\) >server.log 2>&1 </dev/null &
echo $! > "$PIDFILE"
await_url "$BASE/o/.well-known/openid-configuration/"

cat <<JSON
{ "name": "django-oauth-toolkit", "version": "$(dpkg-query -W -f '${Version}' python3-django-oauth-toolkit)", "issuer": "$BASE/o",
  "introspection_endpoint": "$BASE/o/introspect/", "revocation_endpoint": "$BASE/o/revoke_token/", "redirect_uris": $REDIRECT_URIS,
  "user": { "username": "alice", "password": "rabbit-hole-7", "name": "Alice Example", "email": "alice@example.test" },
  "clients": {
    "confidential": { "id": "padlock-conf", "secret": "conf-secret" },
    "odd": { "id": "padlock-odd", "secret": "a b+c%41:e&f=g/h" },
    "public": { "id": "padlock-public" },
    "service": { "id": "padlock-svc", "secret": "svc-secret" },
    "code": { "id": "padlock-code", "secret": "code-secret" },
    "codeHs": { "id": "padlock-code-hs", "secret": "hs-secret-0123456789abcdef0123456789" },
    "codePublic": { "id": "padlock-code-public" } } }
JSON
