// An OpenID Connect provider for tests: people sign in by naming themselves, and a test tells it how to behave.
//
// It prints its address, and ends with its standard input. POST /control takes what shall be otherwise.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const told = {
  accounts: {},
  redirectUris: [],
  signedOutUris: [],
  codeSeconds: 60,
  isDown: false,
  keyId: randomUUID(),
  asked: {},
};
let issuer = '';
let provider;

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: told.keyId, use: 'sig', alg: 'RS256' };
}

function build() {
  provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'satsuma',
        client_secret: 'of a test',
        redirect_uris: told.redirectUris,
        post_logout_redirect_uris: told.signedOutUris,
      },
    ],
    jwks: { keys: [signingKey()] },
    cookies: { keys: ['of a test'] },
    claims: { email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    ttl: { AuthorizationCode: () => told.codeSeconds },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...told.accounts[id] }),
    }),
    loadExistingGrant: async (ctx) => {
      const { client, params, session } = ctx.oidc;
      const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
      grant.addOIDCScope(params.scope);
      await grant.save();
      return grant;
    },
  });
}

async function control(request, response) {
  let text = '';
  for await (const part of request) text += part;
  const { rotate, ...more } = JSON.parse(text);
  Object.assign(told, more);
  if (rotate) told.keyId = randomUUID();
  if (rotate || more.redirectUris) build();
  response.end(JSON.stringify({ asked: told.asked }));
}

async function interact(request, response, url) {
  const login = url.searchParams.get('login');
  const result = login
    ? { login: { accountId: login } }
    : { error: 'access_denied', error_description: 'the person said no' };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, issuer);
  if (url.pathname === '/control') return control(request, response);
  told.asked[url.pathname] = (told.asked[url.pathname] ?? 0) + 1;
  if (told.isDown) return request.socket.destroy();
  if (url.pathname.startsWith('/interaction/')) return interact(request, response, url);
  return provider.callback()(request, response);
});

server.listen(0, '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  build();
  console.log(issuer);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
