// The app's side of webhooks: a web server that has @shopify/shopify-api check what comes in.

import { createServer } from 'node:http';

/**
 * @param validate what checks a delivery: ({ rawBody, rawRequest, rawResponse }) => Promise<{ valid: boolean }>
 * @returns {Promise<{ url: string, deliveries: object[], wait: Function, stop: Function }>}
 */
export async function receive(validate) {
  const deliveries = [];
  const waiting = new Set();
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const rawBody = Buffer.concat(chunks).toString('utf8');
    const result = await validate({ rawBody, rawRequest: request, rawResponse: response });
    response.writeHead(result.valid ? 200 : 401).end();
    deliveries.push({ path: request.url, headers: request.headers, rawBody, result, body: JSON.parse(rawBody) });
    for (const look of waiting) look();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    deliveries,
    /** The first delivery that `test` holds of; an error after 20 s. */
    wait(test, what) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = deliveries.find(test);
          if (!found) return;
          waiting.delete(look);
          clearTimeout(late);
          resolve(found);
        };
        const told = () => deliveries.map(({ result, path }) => `${path} ${JSON.stringify(result)}`).join('\n');
        const late = setTimeout(() => reject(new Error(`${what} did not come; what came:\n${told()}`)), 20_000);
        waiting.add(look);
        look();
      });
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
