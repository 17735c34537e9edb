// AppSync by the audits of graphql-http, and its control plane by the AWS SDK for JavaScript.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { GetGraphqlApiCommand, NotFoundException, paginateListResolvers } from "@aws-sdk/client-appsync";
import { auditServer } from "graphql-http";

import { openChat } from "./chat.mjs";

let chat;

before(async () => {
  chat = await openChat();
});

after(() => chat?.close());

test("the endpoint passes the audits of graphql-http", async () => {
  const { endpoint, apiKey } = chat.graphql;
  const withKey = (url, init) => fetch(url, { ...init, headers: { ...init?.headers, "x-api-key": apiKey } });
  const results = await auditServer({ url: endpoint, fetchFn: withKey });
  const errors = results.filter(({ status }) => status === "error").map(({ id, name, reason }) => `${id} ${name}: ${reason}`);
  assert.deepEqual(errors, []);
  console.log(`${results.filter(({ status }) => status === "ok").length} of ${results.length} audits pass without a remark`);
});

test("the SDK pages, and knows errors by their classes", async () => {
  const { apiId } = chat.graphql;
  const fields = [];
  for await (const page of paginateListResolvers({ client: chat.appsync, pageSize: 1 }, { apiId, typeName: "Query" })) {
    fields.push(...page.resolvers.map(({ fieldName }) => fieldName));
  }
  assert.deepEqual(fields.sort(), ["caller", "message"]);
  await assert.rejects(chat.appsync.send(new GetGraphqlApiCommand({ apiId: "a".repeat(26) })), NotFoundException);
});
