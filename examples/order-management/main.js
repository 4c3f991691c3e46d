// Shows what is to be done at a location, then tells what happens until Ctrl-C. See README.md.

import { accessFromEnvironment } from '../shop.js';
import { open } from './app.js';

const desk = await open(accessFromEnvironment(), {
  port: Number(process.env.PORT ?? 3200),
  told: (topic, payload) => console.log(topic, JSON.stringify(payload)),
});
if (process.env.LOCATION) {
  for await (const work of desk.at(process.env.LOCATION)) {
    const units = work.lineItems.nodes.map((line) => `${line.remainingQuantity} × ${line.sku}`).join(', ');
    console.log(`${work.orderName}  ${work.id}  ${units}  due ${work.fulfillBy ?? 'any time'}`);
  }
}
if (process.env.SUBSCRIBE) await desk.subscribe();
console.log(`listening on ${desk.url}`);
