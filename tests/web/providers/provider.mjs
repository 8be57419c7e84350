// SPDX-License-Identifier: EUPL-1.2
// A strict provider of identities for tests (npm's oidc-provider), on a free port of this machine.
// First it writes its issuer on a line. Each line it reads is who there is, as JSON of claims by subject; it answers each with "ok".
// It ends when nobody reads and writes any more.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

console.log = console.info = console.error; // the library's own words are not for who reads us

const [client, secret, redirect] = process.argv.slice(2);
let people = {};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: client, client_secret: secret, redirect_uris: [redirect] }],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email'] },
    cookies: { keys: ['only for tests'] },
    pkce: { required: () => true },
    ttl: { IdToken: 300 },
    findAccount: (_context, sub) =>
      sub in people ? { accountId: sub, claims: () => ({ sub, ...people[sub] }) } : undefined,
  });
  server.on('request', provider.callback());
  process.stdout.write(`${issuer}\n`);
});

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  people = JSON.parse(line);
  process.stdout.write('ok\n');
});
lines.on('close', () => process.exit(0));
