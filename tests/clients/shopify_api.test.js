// @shopify/shopify-api, as published: the library under every app template.

import '@shopify/shopify-api/adapters/node';

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { ApiVersion, GraphqlQueryError, HttpResponseError, LogSeverity, Session, shopifyApi } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';

import { orderLife } from './order_life.js';
import { overHttp, start } from './server.js';

describe('@shopify/shopify-api', () => {
  let server;
  let shopify;
  const open = (accessToken) => {
    const session = new Session({ id: 'offline', shop: server.host, state: '', isOnline: false, accessToken });
    return new shopify.clients.Graphql({ session });
  };

  before(async () => {
    setAbstractFetchFunc(overHttp);
    server = await start();
    shopify = shopifyApi({
      apiKey: 'app',
      apiSecretKey: server.webhook_secret,
      apiVersion: ApiVersion.July26,
      hostName: 'app.example',
      isEmbeddedApp: false,
      scopes: ['write_orders'],
      logger: { level: LogSeverity.Error },
    });
  });
  after(() => server?.stop());

  orderLife(() => {
    const client = open(server.token);
    return async (document, variables) => (await client.request(document, { variables })).data;
  });

  test('a document that is wrong is thrown', async () => {
    await assert.rejects(open(server.token).request('{ shop { nonsense } }'), (error) => {
      assert.ok(error instanceof GraphqlQueryError);
      assert.match(error.message, /Field 'nonsense' doesn't exist on type 'Shop'/);
      return true;
    });
  });

  test('an error beside data is thrown too, and carries both', async () => {
    const document = 'mutation { fulfillmentCancel(id: "gid://shopify/Fulfillment/0") { fulfillment { id } } }';
    await assert.rejects(open(server.token).request(document), (error) => {
      assert.ok(error instanceof GraphqlQueryError);
      assert.match(error.message, /Invalid id: gid:\/\/shopify\/Fulfillment\/0/);
      return true;
    });
  });

  test('a wrong token is thrown as status 401', async () => {
    await assert.rejects(open('shpat_wrong').request('{ shop { name } }'), (error) => {
      assert.ok(error instanceof HttpResponseError);
      assert.equal(error.response.code, 401);
      return true;
    });
  });
});
