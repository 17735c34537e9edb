// The tour of the chat as its README tells to paste it, and its page in two browsers.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { openBrowser } from "./browser.mjs";
import { start } from "./server.mjs";

const root = new URL("../../", import.meta.url).pathname;
let server, output, browser;

before(async () => {
  server = await start();
  const readme = readFileSync(`${root}examples/chat/README.md`, "utf8");
  const blocks = [...readme.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block);
  const script = ["set -euo pipefail", ...blocks].join("\n").replaceAll("http://127.0.0.1:4566", server.endpoint);
  output = execFileSync("bash", ["-c", script], { cwd: root, encoding: "utf8" });
  browser = await openBrowser(server);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** The page, in a window that knows nothing of the others. */
async function open(name) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${server.endpoint.replace("http:", "https:")}/chat-page/index.html`);
  await connected(page);
  await page.getByLabel("Your name").fill(name);
  return page;
}

const connected = (page) => page.getByRole("status").getByText("Connected", { exact: true }).waitFor();
const messages = (page) => page.getByRole("listitem").allTextContents();
const hears = (page, text) => page.getByRole("listitem").filter({ hasText: text }).waitFor();

async function say(page, text) {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.getByRole("button").click();
}

test("what the README tells to paste does what it says", () => {
  assert.match(output, /"say":\{"room":"lobby","id":"\w{26}","at":"[^"]+","author":"Ada","text":"Hello"\}/);
  assert.match(output, /Not Authorized to access announce on type Mutation/);
  assert.match(output, /"announce":\{"room":"lobby",[^}]*"author":"📣 000000000000","text":"The bar is open"\}/);
});

test("two browsers talk, and what was said outlives a crash", async () => {
  const [ada, bob] = [await open("Ada"), await open("Bob")];
  await hears(ada, "The bar is open");
  await say(ada, "Is anybody here?");
  await hears(bob, "Is anybody here?");
  await say(bob, "I am.");
  await hears(ada, "I am.");

  await server.kill();
  await ada.getByRole("status").getByText("Disrupted").waitFor();
  await server.restart();
  await Promise.all([ada, bob].map(connected));
  await say(ada, "Still there?");
  await hears(bob, "Still there?");
  const expected = ["AdaHello", "📣 000000000000The bar is open", "AdaIs anybody here?", "BobI am.", "AdaStill there?"];
  assert.deepEqual(await messages(bob), expected);
  const late = await open("Cleo");
  await hears(late, "Still there?");
  assert.deepEqual(await messages(late), expected);
});

test("an empty message is refused in words", async () => {
  const page = await open("Dan");
  await say(page, " ");
  await page.getByRole("status").getByText("Say something.").waitFor();
});
