// Runs the warehouse until Ctrl-C. See README.md.

import { accessFromEnvironment } from '../shop.js';
import { open } from './app.js';

/** A notification can be lost; looking now and then finds what it was about. In ms. */
const NOW_AND_THEN = 60_000;

const shelves = new Map((process.env.SHELVES ?? '').split(',').filter(Boolean).map((entry) => {
  const [sku, quantity] = entry.split('=');
  return [sku, Number(quantity)];
}));
const warehouse = await open(accessFromEnvironment(), { shelves, port: Number(process.env.PORT ?? 3100), log: console.log });
if (process.env.REGISTER) {
  const address = { address1: 'Kajen 1', city: 'Göteborg', zip: '411 04', countryCode: 'SE' };
  const service = await warehouse.register(process.env.REGISTER, address);
  console.log(`registered as ${service.handle}, location ${service.location.id}`);
}
console.log(`listening on ${warehouse.url}/callback`);
setInterval(() => warehouse.look().catch((error) => console.error(error.message)), NOW_AND_THEN);
