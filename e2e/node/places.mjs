// Where clients run. A module of `scenarios` is the same in each place: `run` calls one of its functions with what JSON
// can say, and gives what it saw.
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";

import { build } from "esbuild";

import { openBrowser } from "./browser.mjs";

export const places = { Node: inNode, Chromium: inChromium };

const pathOf = (file) => new URL(file, import.meta.url).pathname;

/** A process of its own, because Node reads whom it trusts when it starts. */
async function inNode(scenarios, server) {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: server.authority };
  const child = fork(pathOf("scenarios.mjs"), [scenarios], { env });
  const run = async (name, input) => {
    child.send({ name, input });
    const [outcome] = await once(child, "message");
    return seen(outcome);
  };
  return { run, close: () => child.kill() };
}

/** A page from elsewhere, as an app under development is: what it asks the server is across origins. */
async function inChromium(scenarios, server) {
  const entryPoints = [pathOf(`scenarios/${scenarios}`)];
  const bundle = await build({ entryPoints, bundle: true, write: false, format: "iife", globalName: "scenarios" });
  const html = `<!doctype html><meta charset="utf-8"><script>${bundle.outputFiles[0].text}</script>`;
  // Chromium lets only pages from this machine ask this machine: an answer of the test's own making isn't one.
  const app = createServer((_, reply) => reply.setHeader("content-type", "text/html").end(html)).listen(0, "127.0.0.1");
  await once(app, "listening");
  const browser = await openBrowser(server);
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${app.address().port}/`);
  const run = async (name, input) => {
    const outcome = await page.evaluate(([name, input]) => scenarios[name](input).then(
      (seen) => ({ seen }),
      (error) => ({ error: error.stack ?? JSON.stringify(error) }),
    ), [name, input]);
    return seen(outcome);
  };
  const close = async () => {
    await browser.close();
    app.close();
  };
  return { run, close };
}

function seen({ seen, error }) {
  if (error !== undefined) throw new Error(error);
  return seen;
}
