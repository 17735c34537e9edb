// aws-amplify 6 against the real binary. It speaks only TLS to WebSockets, so its part runs in a process that trusts the
// house's own authority, which Node reads when it starts.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";

import {
  AppSyncClient,
  CreateApiCommand,
  CreateApiKeyCommand,
  CreateChannelNamespaceCommand,
} from "@aws-sdk/client-appsync";

import { createChat } from "./chat.mjs";
import { start } from "./server.mjs";

let server, appsync;

before(async () => {
  server = await start();
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  appsync = new AppSyncClient({ endpoint: server.endpoint, region: "us-east-1", credentials });
  assert.ok(existsSync(server.authority));
});

after(() => {
  appsync?.destroy();
  return server?.close();
});

async function eventApi() {
  const authModes = [{ authType: "API_KEY" }, { authType: "AWS_IAM" }];
  const created = await appsync.send(new CreateApiCommand({
    name: "events",
    eventConfig: {
      authProviders: authModes,
      connectionAuthModes: authModes,
      defaultPublishAuthModes: authModes,
      defaultSubscribeAuthModes: authModes,
    },
  }));
  const { apiId, dns } = created.api;
  await appsync.send(new CreateChannelNamespaceCommand({ apiId, name: "chat" }));
  const key = await appsync.send(new CreateApiKeyCommand({ apiId }));
  return { endpoint: `https://${dns.HTTP}/event`, key: key.apiKey.id };
}

test("aws-amplify queries, subscribes and publishes", async () => {
  const chat = await createChat(appsync);
  const graphql = { ...chat, endpoint: chat.endpoint.replace("http:", "https:") };
  const apis = { graphql, events: await eventApi() };
  const client = new URL("amplify/client.mjs", import.meta.url).pathname;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: server.authority, APIS: JSON.stringify(apis) };
  delete env.NODE_TEST_CONTEXT;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--test", client], { env, encoding: "utf8" });
  assert.equal(status, 0, `${stdout}${stderr}`);
});
