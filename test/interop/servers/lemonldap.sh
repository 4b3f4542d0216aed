#!/usr/bin/env bash
# LemonLDAP::NG (Debian) as an OpenID provider on 127.0.0.1, under starman: password grant, ID tokens HS256 with the client secret or RS256.
#   lemonldap.sh [start|stop]   environment: PORT (24600), REDIRECT_URIS (JSON), STATE (a directory of its own, emptied at the start)
# Installs what is missing; start prints one JSON document: issuer, user, clients.
set -euo pipefail
CMD=${1:-start}; PORT=${PORT:-24600}; STATE=${STATE:-${TMPDIR:-/tmp}/padlock-interop-lemonldap-$PORT}; BASE=http://127.0.0.1:$PORT
REDIRECT_URIS=${REDIRECT_URIS:-'["http://127.0.0.1:9/cb"]'}
. "$(dirname "$0")/common.sh"

if ! type starman sqlite3 openssl curl >/dev/null 2>&1 || ! perl -MLemonldap::NG::Portal -MDBD::SQLite -MString::Random -MIO::String -e1 2>/dev/null; then
  install liblemonldap-ng-portal-perl libstring-random-perl libio-string-perl starman libdbd-sqlite3-perl sqlite3 openssl curl
fi
stop
mkdir -p "$STATE"/{conf,cache,notifications,sessions/lock,psessions/lock,lib/Lemonldap/NG/Portal/Captcha}
cd "$STATE"
openssl genrsa -out sign.key 2048 2>/dev/null
openssl rsa -in sign.key -pubout -out sign.pub 2>/dev/null
sqlite3 users.db "create table users(login text primary key, password text, name text, email text, nick text);
  insert into users values('alice','rabbit-hole-7','Alice Example','alice@example.test','ally');"

BASE=$BASE STATE=$STATE REDIRECT_URIS=$REDIRECT_URIS node --input-type=module > conf/lmConf-1.json <<'JS'
import { readFileSync } from 'node:fs';
const { BASE: base, REDIRECT_URIS: redirects, STATE: state } = process.env;
const option = (options) => Object.fromEntries(Object.entries(options).map(([name, value]) => [`oidcRPMetaDataOptions${name}`, value]));
const client = (id, secret, more = {}) => option({
  ClientID: id, DisplayName: id, IDTokenSignAlg: 'RS256', IDTokenExpiration: 3600, AccessTokenExpiration: 3600, IDTokenForceClaims: 1,
  BypassConsent: 1, RefreshToken: 1, AllowOffline: 1, AllowPasswordGrant: 1, UserIDAttr: 'uid', RedirectUris: JSON.parse(redirects).join(' '),
  ...(secret === undefined ? { Public: 1, RequirePKCE: 1 } : { ClientSecret: secret }), ...more,
});
const clients = {
  conf: client('padlock-conf', 'conf-secret'),
  hs: client('padlock-hs', 'hs-secret-0123456789abcdef0123456789', { IDTokenSignAlg: 'HS256' }),
  odd: client('padlock-odd', 'a b+c%41:e&f=g/h'),
  public: client('padlock-public', undefined),
  svc: client('padlock-svc', 'svc-secret', { AllowPasswordGrant: 0, AllowClientCredentialsGrant: 1, RefreshToken: 0 }),
};
const each = (value) => Object.fromEntries(Object.keys(clients).map((name) => [name, value]));
const files = (name) => ({ Directory: `${state}/${name}`, LockDirectory: `${state}/${name}/lock` });
process.stdout.write(JSON.stringify({
  ...JSON.parse(readFileSync('/var/lib/lemonldap-ng/conf/lmConf-1.json', 'utf8')),
  cfgNum: 1, portal: `${base}/`, domain: '127.0.0.1', securedCookie: 0, checkXSS: 0, requireToken: 1, notification: 0,
  captcha: '::Captcha::None', captcha_login_enabled: 0, captcha_mail_enabled: 0, captcha_register_enabled: 0,
  portalDisplayRegister: 0, portalDisplayResetPassword: 0, bruteForceProtection: 0,
  authentication: 'DBI', userDB: 'Same', passwordDB: 'Null', registerDB: 'Null',
  dbiAuthChain: `dbi:SQLite:dbname=${state}/users.db`, dbiAuthUser: '', dbiAuthPassword: '', dbiAuthTable: 'users', dbiUserTable: 'users',
  dbiAuthLoginCol: 'login', dbiAuthPasswordCol: 'password', userPivot: 'login', exportedVars: {},
  dbiExportedVars: { uid: 'login', cn: 'name', mail: 'email', nick: 'nick' },
  globalStorage: 'Apache::Session::File', persistentStorage: 'Apache::Session::File', persistentStorageOptions: files('psessions'),
  globalStorageOptions: { ...files('sessions'), generateModule: 'Lemonldap::NG::Common::Apache::Session::Generate::SHA256' },
  localSessionStorageOptions: { cache_depth: 3, cache_root: `${state}/cache`, default_expires_in: 600, directory_umask: '007', namespace: 'lemonldap-ng-sessions' },
  issuerDBOpenIDConnectActivation: 1, issuerDBOpenIDConnectPath: '^/oauth2/', issuerDBOpenIDConnectRule: 1,
  oidcServiceMetaDataIssuer: base, oidcServiceKeyIdSig: 'llng-key-1', oidcServiceAllowOnlyDeclaredScopes: 0,
  oidcServicePrivateKeySig: readFileSync('sign.key', 'utf8'), oidcServicePublicKeySig: readFileSync('sign.pub', 'utf8'),
  oidcServiceAllowAuthorizationCodeFlow: 1, oidcServiceAllowImplicitFlow: 0, oidcServiceAllowHybridFlow: 0,
  oidcRPMetaDataOptions: clients, oidcRPMetaDataScopeRules: each({}),
  oidcRPMetaDataExportedVars: each({ name: 'cn', email: 'mail', preferred_username: 'uid', nickname: 'nick' }),
}));
JS
cat > lemonldap-ng.ini <<INI
[all]
logLevel = notice
logger = Lemonldap::NG::Common::Logger::Std
checkTime = 1
[configuration]
type=File
dirName=$STATE/conf
localStorage=Cache::FileCache
localStorageOptions={ 'namespace'=>'llng-config','default_expires_in'=>600,'directory_umask'=>'007','cache_root'=>'$STATE/cache','cache_depth'=>3 }
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
INI
# The portal loads its captcha module even when none is used, and the stock one needs Image::Magick.
cat > lib/Lemonldap/NG/Portal/Captcha/None.pm <<'PM'
package Lemonldap::NG::Portal::Captcha::None;
use strict; use Mouse;
extends 'Lemonldap::NG::Portal::Main::Plugin';
sub init { 1 } sub init_captcha { } sub check_captcha { 1 }
1;
PM
cat > app.psgi <<'PSGI'
use Lemonldap::NG::Portal::Main;
my $app = Lemonldap::NG::Portal::Main->run({});
sub { my $e = shift; $e->{HTTPS} = 'off' unless exists $e->{HTTPS}; $app->($e) };
PSGI
PERL5LIB="$STATE/lib" LLNG_DEFAULTCONFFILE="$STATE/lemonldap-ng.ini" \
  nohup starman --listen "127.0.0.1:$PORT" --workers 5 --preload-app app.psgi >server.log 2>&1 </dev/null &
echo $! > "$PIDFILE"
await_url "$BASE/.well-known/openid-configuration"

cat <<JSON
{ "name": "LemonLDAP::NG", "version": "$(dpkg-query -W -f '${Version}' liblemonldap-ng-portal-perl)", "issuer": "$BASE", "redirect_uris": $REDIRECT_URIS,
  "user": { "username": "alice", "password": "rabbit-hole-7", "name": "Alice Example", "email": "alice@example.test", "nickname": "ally" },
  "hs256": { "id": "padlock-hs", "secret": "hs-secret-0123456789abcdef0123456789" },
  "clients": {
    "confidential": { "id": "padlock-conf", "secret": "conf-secret" },
    "odd": { "id": "padlock-odd", "secret": "a b+c%41:e&f=g/h" },
    "public": { "id": "padlock-public" },
    "service": { "id": "padlock-svc", "secret": "svc-secret" } } }
JSON
