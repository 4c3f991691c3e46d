// What both apps hear: an HTTP server that keeps the body as it came, since signatures are over its bytes.

import { createServer } from 'node:http';

/**
 * @param {(request: {method: string, path: string, query: URLSearchParams, rawBody: string, raw: object}) =>
 *   Promise<{status: number, body?: object, afterwards?: () => Promise<void>}>} answer `afterwards` runs once the answer is on its way
 * @param {(error: Error) => void} failed told what went wrong after an answer
 * @returns {Promise<{url: string, stop: () => Promise<void>}>}
 */
export async function listen(answer, { port = 0, failed = console.error } = {}) {
  const server = createServer(async (request, response) => {
    try {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const { pathname, searchParams } = new URL(request.url, 'http://here');
      const { status, body, afterwards } = await answer({
        method: request.method,
        path: pathname,
        query: searchParams,
        rawBody: Buffer.concat(chunks).toString('utf8'),
        raw: { rawRequest: request, rawResponse: response },
      });
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(body && JSON.stringify(body));
      // Whoever calls waits five seconds at most: answer first, work afterwards.
      await afterwards?.();
    } catch (error) {
      if (!response.headersSent) response.writeHead(500).end();
      failed(error);
    }
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
