// A client of a node that knows it by its proto files alone: deploy, spawn, call, watch.
//
//     node client.js HOST:PORT PROTO_DIR MODULE_FILE        (a token, where one is asked for, in WORKBENCH_TOKEN)
//
// Prints one JSON object of what it saw, and ends with 1 when something is not as it should be.
"use strict";

const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { basename, join } = require("node:path");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const CHUNK_BYTES = 256 * 1024;
const SECONDS = 30;

const [address, protos, file] = process.argv.slice(2);
const options = { keepCase: true, longs: Number, defaults: true, oneofs: true, includeDirs: [protos] };
const names = ["modules", "actors", "node"].map((name) => join(protos, "plexspaces/v1", `${name}.proto`));
const v1 = grpc.loadPackageDefinition(loader.loadSync(names, options)).plexspaces.v1;
const credentials = grpc.credentials.createInsecure();
const [modules, actors, node] = [v1.Modules, v1.Actors, v1.Node].map((Client) => new Client(address, credentials));

const metadata = new grpc.Metadata();
if (process.env.WORKBENCH_TOKEN) metadata.set("authorization", `Bearer ${process.env.WORKBENCH_TOKEN}`);
const deadline = () => ({ deadline: Date.now() + SECONDS * 1000 });

// One request, one answer.
function call(client, method, request) {
  return new Promise((resolve, reject) => {
    client[method](request, metadata, deadline(), (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

// Send what the node has not, and give the module and how many bytes were sent.
function deploy(data, name, alias) {
  return new Promise((resolve, reject) => {
    const stream = modules.Deploy(metadata, deadline());
    let module, sent = 0, begun = false;
    stream.on("data", (answer) => {
      if (answer.part === "module") module = answer.module;
      if (answer.part !== "received" || begun) return;
      begun = true;
      for (let at = answer.received; at < data.length; at += CHUNK_BYTES) {
        const chunk = data.subarray(at, at + CHUNK_BYTES);
        sent += chunk.length;
        stream.write({ chunk });
      }
      stream.end();
    });
    stream.on("error", reject);
    stream.on("end", () => resolve({ module, sent }));
    const hash = createHash("sha256").update(data).digest("hex");
    stream.write({ start: { file_name: name, alias, size_bytes: data.length, hash } });
  });
}

// Events of actors from now on; `next(kind)` waits for one of that kind.
function watch() {
  const stream = node.Watch({ areas: ["actors"] }, metadata);
  const seen = [], waiting = [];
  let position;
  const ready = new Promise((resolve, reject) => {
    stream.on("data", (answer) => {
      position = answer.position;
      seen.push(...answer.events);
      resolve();
      waiting.forEach((look) => look());
    });
    stream.on("error", (error) => {
      if (error.code !== grpc.status.CANCELLED) reject(error);
    });
  });
  const next = (kind) => new Promise((resolve) => {
    const look = () => {
      const found = seen.find((event) => event.kind === kind);
      if (found) resolve(found);
    };
    waiting.push(look);
    look();
  });
  return { ready, next, position: () => position, stop: () => stream.cancel() };
}

async function main() {
  const data = readFileSync(file);
  const first = await deploy(data, basename(file), "from-node-js");
  const again = await deploy(data, basename(file), "from-node-js");

  const events = watch();
  await events.ready;
  const options = { name: "visitor" };
  const spawned = await call(actors, "Spawn", { module: "from-node-js", options, timeout_seconds: 10 });
  const event = await events.next("actors.spawned");

  const actor = { name: "visitor" };
  const ask = (type) => call(actors, "Ask", { actor, message_type: type, kind: "call", timeout_seconds: 10 });
  const replies = [];
  for (const type of ["increment", "increment", "get_count"]) replies.push((await ask(type)).payload.text);

  const refused = await call(actors, "Get", { actor: { name: "nobody" } }).then(() => null, (error) => error);
  events.stop();
  await call(actors, "Stop", { actor, timeout_seconds: 10 });
  console.log(JSON.stringify({
    hash: first.module.hash,
    sent: [first.sent, again.sent],
    spawned: spawned.id.name,
    event: { kind: event.kind, subject: event.subject },
    position: events.position().seq > 0,
    replies,
    refused: { status: grpc.status[refused.code], text: refused.details },
  }));
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
