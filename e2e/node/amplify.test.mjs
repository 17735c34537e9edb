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
  CreateDataSourceCommand,
  CreateGraphqlApiCommand,
  CreateResolverCommand,
  GetSchemaCreationStatusCommand,
  StartSchemaCreationCommand,
} from "@aws-sdk/client-appsync";

import { start } from "./server.mjs";

const schema = `
type Message @aws_api_key @aws_iam { id: ID! room: String! text: String }
type Query { echo(text: String): String @aws_api_key @aws_iam }
type Mutation { say(room: String!, text: String): Message @aws_api_key @aws_iam }
type Subscription {
  onSay(room: String): Message @aws_subscribe(mutations: ["say"]) @aws_api_key @aws_iam
  onSecret: Message @aws_subscribe(mutations: ["say"]) @aws_iam
}`;
let server, appsync;

before(async () => {
  server = await start();
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  appsync = new AppSyncClient({ endpoint: server.endpoint, region: "us-east-1", credentials });
  assert.ok(existsSync(server.authority));
});

after(() => {
  appsync?.destroy();
  server?.stop();
});

async function graphqlApi() {
  const created = await appsync.send(new CreateGraphqlApiCommand({
    name: "chat",
    authenticationType: "API_KEY",
    additionalAuthenticationProviders: [{ authenticationType: "AWS_IAM" }],
  }));
  const { apiId, uris } = created.graphqlApi;
  await appsync.send(new StartSchemaCreationCommand({ apiId, definition: new TextEncoder().encode(schema) }));
  for (;;) {
    const { status, details } = await appsync.send(new GetSchemaCreationStatusCommand({ apiId }));
    if (status === "SUCCESS") break;
    assert.equal(status, "PROCESSING", details);
  }
  await appsync.send(new CreateDataSourceCommand({ apiId, name: "none", type: "NONE" }));
  const local = (typeName, fieldName, payload) => appsync.send(new CreateResolverCommand({
    apiId, typeName, fieldName, dataSourceName: "none",
    requestMappingTemplate: `{"version": "2018-05-29", "payload": ${payload}}`,
    responseMappingTemplate: "$util.toJson($ctx.result)",
  }));
  await local("Query", "echo", "$util.toJson($ctx.args.text)");
  const message = '{"id": "1", "room": $util.toJson($ctx.args.room), "text": $util.toJson($ctx.args.text)}';
  await local("Mutation", "say", message);
  const key = await appsync.send(new CreateApiKeyCommand({ apiId }));
  return { endpoint: uris.GRAPHQL.replace("http:", "https:"), key: key.apiKey.id };
}

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
  const apis = { graphql: await graphqlApi(), events: await eventApi() };
  const client = new URL("amplify/client.mjs", import.meta.url).pathname;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: server.authority, APIS: JSON.stringify(apis) };
  delete env.NODE_TEST_CONTEXT;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--test", client], { env, encoding: "utf8" });
  assert.equal(status, 0, `${stdout}${stderr}`);
});
