// The way to the shop, by the official packages.

import '@shopify/shopify-api/adapters/node';

import { createAdminApiClient } from '@shopify/admin-api-client';
import { ApiVersion, LogSeverity, Session, shopifyApi } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';

/** What the shop said no to, in its words. */
export class Refused extends Error {
  constructor(root, userErrors) {
    super(`${root}: ${userErrors.map(({ message }) => message).join(' ')}`);
    this.userErrors = userErrors;
  }
}

/**
 * @typedef {{host: string, token: string, secret: string}} Access where the shop is, and the app's token and secret
 */

/** The packages insist on https; a server on this machine has none, and this is the fetch that they let one hand in. */
const overHttp = (url, init) => fetch(String(url).replace(/^https:/, 'http:'), init);
const onThisMachine = (host) => /^(localhost|127\.0\.0\.1)(:|$)/.test(host);

/** @shopify/shopify-api: what the app templates are built on. It also checks what comes in. */
export function library({ host, secret }) {
  if (onThisMachine(host)) setAbstractFetchFunc(overHttp);
  return shopifyApi({
    apiKey: 'example',
    apiSecretKey: secret,
    apiVersion: ApiVersion.July26,
    hostName: 'example.test',
    isEmbeddedApp: false,
    logger: { level: LogSeverity.Error },
  });
}

/** Asks by @shopify/shopify-api, which throws what is wrong with a document. */
export function askByLibrary(shopify, { host, token }) {
  const session = new Session({ id: 'offline', shop: host, state: '', isOnline: false, accessToken: token });
  const client = new shopify.clients.Graphql({ session });
  return async (document, variables) => taken((await client.request(document, { variables })).data);
}

/** Asks by @shopify/admin-api-client, which returns what is wrong. */
export function askByClient({ host, token }) {
  const client = createAdminApiClient({
    storeDomain: host,
    apiVersion: ApiVersion.July26,
    accessToken: token,
    customFetchApi: onThisMachine(host) ? overHttp : undefined,
  });
  return async (document, variables) => {
    const { data, errors } = await client.request(document, { variables });
    if (errors) throw Object.assign(new Error(errors.message), errors);
    return taken(data);
  };
}

/** What stands below the one root of a document; a mutation that was refused is thrown. */
function taken(data) {
  const [[root, answer]] = Object.entries(data);
  const errors = [...(answer?.userErrors ?? []), ...(answer?.orderCancelUserErrors ?? [])];
  if (errors.length) throw new Refused(root, errors);
  return answer;
}

/** What the environment says: SHOP, TOKEN and SECRET. */
export function accessFromEnvironment() {
  const { SHOP: host = '127.0.0.1:8470', TOKEN: token, SECRET: secret } = process.env;
  if (!token || !secret) {
    throw new Error('Set TOKEN and SECRET, as `consign key create` prints them, and SHOP unless it is 127.0.0.1:8470.');
  }
  return { host, token, secret };
}
