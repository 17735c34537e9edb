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

/** What the audits would rather have otherwise, and why it is as it is. */
const remarks = {
  // AppSync's makers tell it so: https://github.com/graphql/graphql-over-http/issues/81. It is older than the type
  // application/graphql-response+json, and nobody was seen to be answered with that.
  "as AWS": ["22EB", "9C48", "865D", "556A", "D586", "51FE", "74FF", "5E5B", "86EE"],
  // What AWS does isn't known; clients say application/graphql of what is JSON, too.
  "a body of no type is JSON": ["9ABE"],
  "members of another type count as absent": [
    ...["6C00", "6C01", "6C02", "6C03"], // operationName
    ...["4761", "4762", "4763"], // variables
    ...["58B0", "58B1", "58B2", "58B3"], // extensions
  ],
};

test("the endpoint passes the audits of graphql-http, with the remarks that are known", async () => {
  const { endpoint, apiKey } = chat.graphql;
  const withKey = (url, init) => fetch(url, { ...init, headers: { ...init?.headers, "x-api-key": apiKey } });
  const results = await auditServer({ url: endpoint, fetchFn: withKey });
  const errors = results.filter(({ status }) => status === "error").map(({ id, name, reason }) => `${id} ${name}: ${reason}`);
  assert.deepEqual(errors, []);
  const remarked = results.filter(({ status }) => status !== "ok").map(({ id }) => id);
  assert.deepEqual(remarked.sort(), Object.values(remarks).flat().sort());
  console.log(`${results.length - remarked.length} of ${results.length} audits pass without a remark`);
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
