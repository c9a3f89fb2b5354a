// What a receiver in Node does with a message: the library says whether it may be believed, and reads it.

import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const { secret, headers, bodies } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const webhook = new Webhook(secret);

function verified(body) {
  try {
    return webhook.verify(body, headers);
  } catch (error) {
    return error.name || String(error);
  }
}

console.log(JSON.stringify(bodies.map(verified)));
