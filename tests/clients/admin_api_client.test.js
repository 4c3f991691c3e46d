// @shopify/admin-api-client, as published.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { createAdminApiClient } from '@shopify/admin-api-client';

import { orderLife } from './order_life.js';
import { overHttp, start } from './server.js';

describe('@shopify/admin-api-client', () => {
  let server;
  const open = (accessToken, apiVersion = '2026-07') =>
    createAdminApiClient({ storeDomain: server.host, apiVersion, accessToken, customFetchApi: overHttp });

  before(async () => (server = await start()));
  after(() => server?.stop());

  orderLife(() => {
    const client = open(server.token);
    return async (document, variables) => {
      const { data, errors } = await client.request(document, { variables });
      if (errors) throw Object.assign(new Error(errors.message), errors);
      return data;
    };
  });

  test('what a document got wrong comes as GraphQL errors', async () => {
    const { data, errors } = await open(server.token).request('{ shop { nonsense } }');
    assert.equal(data, undefined);
    assert.equal(errors.graphQLErrors[0].message, "Field 'nonsense' doesn't exist on type 'Shop'");
    assert.equal(errors.graphQLErrors[0].extensions.code, 'undefinedField');
  });

  test('an id that cannot be one comes as a GraphQL error beside data', async () => {
    const document = 'mutation($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { id } userErrors { message } } }';
    const answer = await open(server.token).request(document, { variables: { id: 'gid://shopify/Order/1' } });
    assert.deepEqual(answer.data, { fulfillmentCancel: null });
    assert.equal(answer.errors.graphQLErrors[0].extensions.code, 'RESOURCE_NOT_FOUND');
  });

  test('a wrong token is status 401', async () => {
    const { data, errors } = await open('shpat_wrong').request('{ shop { name } }');
    assert.equal(data, undefined);
    assert.equal(errors.networkStatusCode, 401);
    assert.equal(errors.message.includes('Unauthorized'), true);
  });

  test('every answer tells its version and what it cost', async () => {
    const response = await open(server.token, '2026-04').fetch('{ shop { name } }');
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type'), /^application\/json/);
    assert.equal(response.headers.get('x-shopify-api-version'), '2026-04');
    assert.ok(response.headers.get('x-request-id'));
    const { extensions } = await response.json();
    assert.ok(extensions.cost.requestedQueryCost >= 1);
    assert.ok(extensions.cost.throttleStatus.currentlyAvailable > 0);
  });
});
