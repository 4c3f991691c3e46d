// Starts the real program on a free port with data of its own, and says how to reach it.

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const BINARY = process.env.CONSIGN_BIN ?? path.join(HERE, '../../target/debug/consign');
/** How long the program may take until it is ready, in ms. A debug build that makes the demo shop is slow. */
const TO_START = 60_000;

/**
 * A running server with the demo shop.
 * @returns {Promise<{endpoint: string, host: string, token: string, webhook_secret: string, shop_domain: string,
 *   stop: () => Promise<void>, run: Function, key: Function}>}
 */
export async function start(...more) {
  const data = await mkdtemp(path.join(tmpdir(), 'consign-clients-'));
  const args = ['dev', '--json', '--listen', '127.0.0.1:0', '--data', data, ...more];
  const program = spawn(BINARY, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  program.stderr.on('data', (chunk) => (log += chunk));
  const ended = new Promise((resolve) => program.once('close', resolve));
  const line = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not ready after ${TO_START} ms:\n${log}`)), TO_START);
    program.once('error', (error) => reject(new Error(`${BINARY} can't be started: ${error.message}`)));
    program.once('close', (code) => reject(new Error(`${BINARY} ended with ${code}:\n${log}`)));
    createInterface({ input: program.stdout }).once('line', (text) => {
      clearTimeout(late);
      resolve(text);
    });
  });
  const told = JSON.parse(line).shopify;
  /** Runs another command of the program on the same installation, and answers what it prints. */
  const run = async (...command) => (await promisify(execFile)(BINARY, [...command, '--data', data])).stdout;
  return {
    ...told,
    run,
    /** Makes a program of its own a key. */
    async key(app, scopes) {
      const made = JSON.parse(await run('key', 'create', '--app', app, '--scopes', scopes.join(), '--json'));
      return { host: new URL(told.endpoint).host, token: made.token, secret: made.webhook_secret };
    },
    host: new URL(told.endpoint).host,
    log: () => log,
    async stop() {
      program.kill('SIGTERM');
      await ended;
      await rm(data, { recursive: true, force: true });
    },
  };
}

/**
 * The official clients insist on https; this is the fetch that their documentation lets one hand to them.
 * @type {typeof fetch}
 */
export const overHttp = (url, init) => fetch(String(url).replace(/^https:/, 'http:'), init);
