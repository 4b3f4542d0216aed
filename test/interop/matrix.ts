/** One cell of the matrix flow × server × client authentication, and what stands in for one that a server does not offer: its own words. */
import { realClock } from '../../src/core/headless.ts';
import { type Clock, createPadlock, isPadlockError, type Padlock, type PadlockOptions, type Session } from '../../src/index.ts';
import { browse, send } from './browser.ts';
import type { Peer, Published } from './peers.ts';

/** Polls ten times as often as it is told to: whoever approves is quick. How often it has to be is tested on a clock that is not real. */
const clock: Clock = { now: () => Date.now(), sleep: (milliseconds, signal) => realClock.sleep(milliseconds / 10, signal) };

const merged = (...parts: readonly PadlockOptions[]): PadlockOptions =>
  Object.assign({}, ...parts, { values: Object.assign({}, ...parts.map(({ values }) => values)) }) as PadlockOptions;

/** Everything that signs in with `flow` at `peer`, but for what comes from an earlier sign-in. */
function optionsOf(peer: Peer, flow: string, clientAuth: string, more: PadlockOptions = {}): PadlockOptions {
  const client = peer.clients[clientAuth]?.(flow) ?? {};
  const visit = async (url: string): Promise<boolean> => {
    await browse(url, peer.visitor);
    return true;
  };
  const wait = async (url: string): Promise<void> => {
    await visit(url).catch((error: unknown) => process.stderr.write(`${String(error)}\n`)); // the flow will say that nobody approved
  };
  return merged(
    { issuer: peer.issuer, flow, clientAuth, values: { ...peer.endpoints }, ...(peer.ca !== undefined && { ca: peer.ca }) },
    client,
    peer.flows[flow] ?? {},
    {
      ports: {
        clock,
        browser: { open: visit },
        notices: {
          warn: () => {},
          show(_line, event) {
            if (event?.action === 'device_code') void wait(String(event.verification_uri_complete));
          },
        },
      },
    },
    more,
  );
}

/** Signs in at a server; a flow that begins with a token gets it from another one there, with the same client. */
export async function signIn(peer: Peer, flow: string, clientAuth: string, more: PadlockOptions = {}): Promise<Session> {
  const begun: Record<string, (session: Session) => Readonly<Record<string, unknown>>> = {
    'refresh-token': ({ refreshToken }) => ({ refreshToken }),
    'token-exchange': ({ access }) => ({ subjectToken: access.value }),
  };
  const values = begun[flow]?.(await signIn(peer, peer.first, clientAuth));
  await using padlock = createPadlock(merged(optionsOf(peer, flow, clientAuth, more), { values: values ?? {} }));
  return await padlock.authenticate(); // before it is disposed of
}

/** The same, and what can be done with the session afterwards. */
export const padlockAt = (peer: Peer, flow: string, clientAuth: string, more: PadlockOptions = {}): Padlock =>
  createPadlock(optionsOf(peer, flow, clientAuth, more));

export async function published({ ca, metadata }: Peer): Promise<Published | undefined> {
  return metadata === undefined ? undefined : (JSON.parse((await send(metadata, { ca })).body) as Published);
}

const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

/** A list of its metadata that lacks `word`; undefined where there is no such list. Throws where it has the word: then somebody has to try. */
function lacking(metadata: Published | undefined, member: string, word: string): string | undefined {
  if (metadata?.[member] === undefined) return undefined;
  const listed = listOf(metadata[member]);
  if (listed.includes(word)) throw new Error(`It lists ${word} in ${member}, and nothing here runs it.`);
  return `${member}: ${listed.join(', ')}`;
}

/** What it said to a sign-in that it refused. Throws whatever was no refusal. */
export function refusal(error: unknown): string {
  if (!isPadlockError(error) || error.httpStatus === undefined) throw error;
  return `answers ${error.httpStatus} ${error.oauthError ?? 'without a word'}`;
}

/** What a token request without anything else is answered with. */
async function answerTo({ ca, endpoints }: Peer, metadata: Published | undefined, form: Readonly<Record<string, string>>): Promise<string> {
  const url = String(metadata?.token_endpoint ?? endpoints.tokenEndpoint);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { body, status } = await send(url, { method: 'POST', headers, body: new URLSearchParams(form).toString(), ca });
  const { error } = (body.startsWith('{') ? JSON.parse(body) : {}) as { readonly error?: string };
  return `answers ${status} ${error ?? 'without a word'}`;
}

/** Why a flow is not run at a server: its metadata, or, where that is silent, what it answers to who asks. */
export async function flowNotOffered(peer: Peer, grantType: string): Promise<string> {
  const metadata = await published(peer);
  const listed = lacking(metadata, 'grant_types_supported', grantType);
  if (listed !== undefined) return listed;
  const { clientId, clientSecret } = peer.clients['client-secret-post']?.('password') ?? {};
  const form = { grant_type: grantType, client_id: String(clientId), client_secret: String(clientSecret) };
  const answer = await answerTo(peer, metadata, form);
  if (!answer.includes('unsupported_grant_type')) throw new Error(`${peer.name} ${answer} to ${grantType}: is it offered?`);
  return answer;
}

/** Why a client authentication is not run at a server. */
export async function clientAuthNotOffered(peer: Peer, method: string): Promise<string> {
  const metadata = await published(peer);
  const listed = lacking(metadata, 'token_endpoint_auth_methods_supported', method);
  if (listed !== undefined) return listed;
  if (method.endsWith('tls_client_auth') && peer.issuer.startsWith('http:')) return `the issuer is ${peer.issuer.replace(/:\d+$/, '')}`;
  const form = {
    grant_type: 'client_credentials',
    client_id: String(peer.clients['client-secret-post']?.('client-credentials').clientId),
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'e30.e30.e30',
  };
  const answer = await answerTo(peer, metadata, form);
  if (!/ 40[01] /.test(answer)) throw new Error(`${peer.name} ${answer} to ${method}: is it offered?`);
  return answer;
}
