// A warehouse as a fulfillment service: it is told that there is something to do, looks what, and says what it does.

import { listen } from '../listen.js';
import { askByLibrary, library } from '../shop.js';
import {
  ACCEPT, ACCEPT_CANCELLATION, ASSIGNED, CREATE_SERVICE, GIVE_UP, REJECT, REJECT_CANCELLATION, SAY_WHERE, SHIP, TRACK,
} from './documents.js';

/** How long it takes from accepting to the ramp, in ms. */
const TO_THE_RAMP = 24 * 60 * 60 * 1000;

/**
 * Opens the warehouse.
 * @param {import('../shop.js').Access} access
 * @param {{shelves: Map<string, number>, port?: number, log?: (line: string) => void}} house `shelves` by SKU
 */
export async function open(access, { shelves, port, log = () => {} }) {
  const shopify = library(access);
  const ask = askByLibrary(shopify, access);
  /** Fulfillment orders that are in their box already. */
  const packed = new Set();
  /** Tracking numbers of parcels, by the name of the fulfillment, until the shop asks for them. */
  const numbers = new Map();

  async function assigned(status) {
    const found = [];
    let after = null;
    do {
      const page = await ask(ASSIGNED, { status, after });
      found.push(...page.nodes);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
    return found;
  }

  /** Accepts what is in the shelves, and takes it out; declines the rest, line by line. */
  async function takeRequests() {
    for (const work of await assigned('FULFILLMENT_REQUESTED')) {
      const lines = work.lineItems.nodes;
      const short = lines.filter((line) => (shelves.get(line.sku) ?? 0) < line.remainingQuantity);
      if (short.length === 0) {
        await ask(ACCEPT, {
          id: work.id,
          message: `${work.orderName} is ours`,
          leaves: new Date(Date.now() + TO_THE_RAMP).toISOString(),
        });
        for (const line of lines) shelves.set(line.sku, shelves.get(line.sku) - line.remainingQuantity);
      } else {
        await ask(REJECT, {
          id: work.id,
          reason: 'INVENTORY_OUT_OF_STOCK',
          message: 'Not everything is here',
          lines: short.map((line) => ({
            fulfillmentOrderLineItemId: line.id,
            message: `${shelves.get(line.sku) ?? 0} of ${line.remainingQuantity} left`,
          })),
        });
      }
      log(`${work.orderName}: ${short.length ? 'declined' : 'accepted'}`);
    }
  }

  /** Lets go of what is not packed yet, and puts it back. */
  async function takeCancellations() {
    for (const work of await assigned('CANCELLATION_REQUESTED')) {
      if (packed.has(work.id)) {
        await ask(REJECT_CANCELLATION, { id: work.id, message: 'It is packed already' });
      } else {
        await ask(ACCEPT_CANCELLATION, { id: work.id, message: 'Nothing was packed' });
        putBack(work.lineItems.nodes);
      }
      log(`${work.orderName}: cancellation ${packed.has(work.id) ? 'declined' : 'accepted'}`);
    }
  }

  const putBack = (lines) => {
    for (const line of lines) shelves.set(line.sku, (shelves.get(line.sku) ?? 0) + line.remainingQuantity);
  };

  /** What the shop calls. The notification names no fulfillment order: it says of what kind there is something to do. */
  async function answer({ method, path, query, rawBody, raw }) {
    const [, , what] = path.match(/^(.*)\/([a-z_]+)(\.json)?$/) ?? [];
    if (what === 'fulfillment_order_notification' && method === 'POST') {
      const { valid } = await shopify.fulfillmentService.validate({ rawBody, ...raw });
      if (!valid) return { status: 401 };
      const { kind } = JSON.parse(rawBody);
      log(`told: ${kind}`);
      return { status: 200, afterwards: kind === 'CANCELLATION_REQUEST' ? takeCancellations : takeRequests };
    }
    if (what === 'fetch_stock' && method === 'GET') {
      const one = query.get('sku');
      const asked = one === null ? [...shelves] : [[one, shelves.get(one) ?? 0]];
      return { status: 200, body: Object.fromEntries(asked) };
    }
    if (what === 'fetch_tracking_numbers' && method === 'GET') {
      const known = query.getAll('order_names[]').filter((name) => numbers.has(name));
      const tracking_numbers = Object.fromEntries(known.map((name) => [name, numbers.get(name)]));
      return { status: 200, body: { tracking_numbers, message: 'What we know', success: true } };
    }
    return { status: 404 };
  }

  const { url, stop } = await listen(answer, { port });

  return {
    url,
    stop,
    assigned,
    /** Registers the warehouse with the shop, and says where it stands. */
    async register(name, address) {
      const { fulfillmentService } = await ask(CREATE_SERVICE, { name, callbackUrl: `${url}/callback` });
      await ask(SAY_WHERE, { id: fulfillmentService.location.id, address });
      return fulfillmentService;
    },
    /** Looks for everything that waits; notifications may be lost, so this also runs now and then. */
    async look() {
      await takeRequests();
      await takeCancellations();
    },
    pack: (id) => packed.add(id),
    /** Hands over to the carrier: everything of it, or some lines. Tracking that comes later is told when asked for. */
    async ship(id, { lines, tracking, message } = {}) {
      const fulfillment = {
        lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: id, fulfillmentOrderLineItems: lines }],
        trackingInfo: tracking,
        notifyCustomer: true,
      };
      return (await ask(SHIP, { fulfillment, message })).fulfillment;
    },
    labelled: (name, number) => numbers.set(name, number),
    track: async (id, info) => (await ask(TRACK, { id, info, notify: true })).fulfillment,
    /** Says that accepted work will not be done. */
    giveUp: async (id, message) => (await ask(GIVE_UP, { id, message })).fulfillmentOrder,
  };
}
