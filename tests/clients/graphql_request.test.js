// graphql-request, as published: a client that knows nothing of this API.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { ClientError, GraphQLClient, gql } from 'graphql-request';

import { orderLife } from './order_life.js';
import { start } from './server.js';

describe('graphql-request', () => {
  let server;
  const open = (token) => new GraphQLClient(server.endpoint, { headers: { 'X-Shopify-Access-Token': token } });

  before(async () => (server = await start()));
  after(() => server?.stop());

  orderLife(() => {
    const client = open(server.token);
    return (document, variables) => client.request(document, variables);
  });

  test('a document that is wrong is thrown', async () => {
    await assert.rejects(open(server.token).request(gql`{ shop { nonsense } }`), (error) => {
      assert.ok(error instanceof ClientError);
      assert.equal(error.response.status, 200);
      assert.equal(error.response.errors[0].extensions.code, 'undefinedField');
      return true;
    });
  });

  test('a wrong token is thrown as status 401', async () => {
    await assert.rejects(open('shpat_wrong').request(gql`{ shop { name } }`), (error) => {
      assert.equal(error.response.status, 401);
      return true;
    });
  });

  test('the name that it sends along is that of the operation', async () => {
    const { data, headers } = await open(server.token).rawRequest(gql`query Two { two: shop { id } }`);
    assert.deepEqual(Object.keys(data), ['two']);
    assert.equal(headers.get('x-shopify-api-version'), '2026-07');
  });
});
