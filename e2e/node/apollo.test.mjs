// Apollo with AppSync's links, over WebSockets and, as its first users had it, over MQTT.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { AppSyncClient } from "@aws-sdk/client-appsync";
import WebSocket from "ws";

import { createChat } from "./chat.mjs";
import { start } from "./server.mjs";

// As ES modules the links can't sign: they take what they import for a class that is none.
const require = createRequire(import.meta.url);
const { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } = require("@apollo/client");
const { createAuthLink } = require("aws-appsync-auth-link");
const { createSubscriptionHandshakeLink } = require("aws-appsync-subscription-link");

globalThis.WebSocket ??= WebSocket;
const region = "us-east-1";
const credentials = { accessKeyId: "test", secretAccessKey: "test" };
const onSay = gql`subscription S($room: String) { onSay(room: $room) { id text room } }`;
const say = gql`mutation M($room: String!, $text: String) { say(room: $room, text: $text) { id text room } }`;
let server, chat;

before(async () => {
  server = await start();
  const appsync = new AppSyncClient({ endpoint: server.endpoint, region, credentials });
  chat = await createChat(appsync);
  appsync.destroy();
});

after(() => {
  server?.close();
  // The links keep their connections, and what would open them again.
  setTimeout(() => process.exit(), 100).unref();
});

function client(auth, subscriptions) {
  const url = chat.endpoint;
  const http = new HttpLink({ uri: url });
  const link = ApolloLink.from([createAuthLink({ url, region, auth }), subscriptions(url, auth, http)]);
  const defaultOptions = { query: { fetchPolicy: "no-cache" }, mutate: { fetchPolicy: "no-cache" } };
  return new ApolloClient({ link, cache: new InMemoryCache(), defaultOptions });
}

async function hears(apollo, room) {
  const [heard, failures] = [[], []];
  const subscription = apollo.subscribe({ query: onSay, variables: { room }, fetchPolicy: "no-cache" }).subscribe({
    next: ({ data }) => heard.push(data.onSay),
    error: (error) => failures.push(error),
  });
  for (const deadline = Date.now() + 20_000; heard.length === 0; ) {
    assert.deepEqual(failures, []);
    assert.ok(Date.now() < deadline, "nothing was heard");
    await apollo.mutate({ mutation: say, variables: { room: "other", text: "no" } });
    await apollo.mutate({ mutation: say, variables: { room, text: "yes" } });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(heard.every((message) => message.text === "yes" && message.room === room));
  subscription.unsubscribe();
}

const apiKey = () => ({ type: "API_KEY", apiKey: chat.key });
const iam = () => ({ type: "AWS_IAM", credentials });

for (const [name, auth] of Object.entries({ apiKey, iam })) {
  test(`subscriptions over a WebSocket by ${name}`, async () => {
    const overWebSocket = (url, auth, http) => createSubscriptionHandshakeLink({ url, region, auth }, http);
    await hears(client(auth(), overWebSocket), name);
  });

  test(`subscriptions over MQTT by ${name}`, async () => {
    await hears(client(auth(), (url, _, http) => createSubscriptionHandshakeLink(url, http)), `${name}-mqtt`);
  });
}
