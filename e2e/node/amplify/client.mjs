// What an app does with aws-amplify, in each way in that needs no issuer of tokens. Run by ../amplify.test.mjs.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Amplify } from "aws-amplify";
import { generateClient } from "aws-amplify/api";
import { events } from "aws-amplify/data";
import WebSocket from "ws";

globalThis.WebSocket ??= WebSocket;
const apis = JSON.parse(process.env.APIS);
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

Amplify.configure(
  {
    API: {
      GraphQL: { endpoint: apis.graphql.endpoint, region: "us-east-1", apiKey: apis.graphql.key, defaultAuthMode: "apiKey" },
      Events: { endpoint: apis.events.endpoint, region: "us-east-1", apiKey: apis.events.key, defaultAuthMode: "apiKey" },
    },
  },
  {
    Auth: {
      credentialsProvider: {
        getCredentialsAndIdentityId: async () => ({ credentials }),
        clearCredentialsAndIdentityId: () => {},
      },
    },
  },
);
const client = generateClient();
// The client keeps its connection for a while.
after(() => setTimeout(() => process.exit(process.exitCode ?? 0), 100).unref());

const say = `mutation Say($room: String!, $text: String) { say(room: $room, text: $text) { id room text } }`;

/** Does something again until something has been heard of it. */
async function until(heard, act) {
  for (const deadline = Date.now() + 20_000; heard.length === 0; ) {
    assert.ok(Date.now() < deadline, "nothing was heard");
    await act();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return heard;
}

for (const authMode of ["apiKey", "iam"]) {
  test(`queries and mutations by ${authMode}`, async () => {
    const { data } = await client.graphql({ query: `query { echo(text: "hi") }`, authMode });
    assert.deepEqual(data, { echo: "hi" });
  });

  test(`subscriptions by ${authMode}`, async () => {
    const [heard, failures] = [[], []];
    const query = `subscription S($room: String) { onSay(room: $room) { id text } }`;
    const subscription = client.graphql({ query, variables: { room: authMode }, authMode }).subscribe({
      next: ({ data }) => heard.push(data.onSay),
      error: (error) => failures.push(error),
    });
    await until(heard, async () => {
      assert.deepEqual(failures, []);
      await client.graphql({ query: say, variables: { room: "other", text: "no" } });
      await client.graphql({ query: say, variables: { room: authMode, text: "yes" } });
    });
    assert.ok(heard.every(({ id, text }) => id === "1" && text === "yes"));
    subscription.unsubscribe();
  });

  test(`events by ${authMode}`, async () => {
    const heard = [];
    const channel = await events.connect(`/chat/${authMode}`, { authMode });
    channel.subscribe({ next: ({ event }) => heard.push(event), error: (error) => assert.fail(error) });
    const of = (way) => ({ get length() { return heard.filter(({ by }) => by === way).length; } });
    await until(of("http"), () => events.post(`/chat/${authMode}`, [{ by: "http" }], { authMode }));
    await until(of("socket"), () => channel.publish({ by: "socket" }, { authMode }));
    channel.close();
  });
}

test("a subscription that may not be is an error of the app's", async () => {
  const failed = await new Promise((resolve, reject) => {
    client.graphql({ query: `subscription { onSecret { id } }` }).subscribe({ next: reject, error: resolve });
  });
  assert.match(failed.errors[0].message, /Not Authorized to access onSecret on type Subscription/);
});
