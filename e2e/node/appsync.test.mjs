// AppSync by aws-amplify, unchanged, in every way in; by the audits of graphql-http; and its control plane by the AWS SDK
// for JavaScript.
import assert from "node:assert/strict";
import { createSign, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";

import {
  AppSyncClient,
  CreateApiKeyCommand,
  CreateDataSourceCommand,
  CreateGraphqlApiCommand,
  CreateResolverCommand,
  GetGraphqlApiCommand,
  GetSchemaCreationStatusCommand,
  NotFoundException,
  StartSchemaCreationCommand,
  paginateListResolvers,
} from "@aws-sdk/client-appsync";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { Amplify } from "aws-amplify";
import { generateClient } from "aws-amplify/api";
import { Hub } from "aws-amplify/utils";
import { auditServer } from "graphql-http";
import WebSocket from "ws";

import { client, start } from "./server.mjs";

const schema = `
  type Message @aws_api_key @aws_iam @aws_oidc @aws_cognito_user_pools @aws_lambda { id: ID! room: String! text: String! }
  type Query { message(id: ID!): Message @aws_api_key @aws_iam @aws_oidc @aws_cognito_user_pools @aws_lambda
               caller: AWSJSON @aws_api_key @aws_iam @aws_oidc @aws_cognito_user_pools @aws_lambda }
  type Mutation { say(room: String!, text: String!): Message
                  @aws_api_key @aws_iam @aws_oidc @aws_cognito_user_pools @aws_lambda }
  type Subscription { said(room: String!): Message @aws_subscribe(mutations: ["say"])
                      @aws_api_key @aws_iam @aws_oidc @aws_cognito_user_pools @aws_lambda }
`;
const say = /* GraphQL */ `mutation Say($room: String!, $text: String!) { say(room: $room, text: $text) { id room text } }`;
const said = /* GraphQL */ `subscription Said($room: String!) { said(room: $room) { room text } }`;
const issuer = "https://issuer.example.com";
const userPool = "us-east-1_Pool00001";
const poolIssuer = `https://cognito-idp.us-east-1.amazonaws.com/${userPool}`;

let server, keys, appsync, api, apiKey;
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

before(async () => {
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "one", alg: "RS256", use: "sig" };
  keys = createServer((_, reply) => reply.end(JSON.stringify({ keys: [jwk] })));
  await new Promise((listening) => keys.listen(0, "127.0.0.1", listening));
  const url = `jwks_url = "http://127.0.0.1:${keys.address().port}/jwks.json"`;
  server = await start(`[issuers."${issuer}"]\n${url}\n[issuers."${poolIssuer}"]\n${url}\n`);
  // amplify-js takes wss:// for a socket, whatever the endpoint begins with: here is who trusts the house's authority.
  const ca = readFileSync(server.authority);
  globalThis.WebSocket = class extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { ca });
    }
  };
  appsync = new AppSyncClient(client(server));
  await makeApi();
});

after(async () => {
  appsync?.destroy();
  keys.close();
  await server?.close();
});

async function makeApi() {
  const authorizer = await makeAuthorizer();
  const input = {
    name: "chat",
    authenticationType: "API_KEY",
    additionalAuthenticationProviders: [
      { authenticationType: "AWS_IAM" },
      { authenticationType: "OPENID_CONNECT", openIDConnectConfig: { issuer } },
      { authenticationType: "AMAZON_COGNITO_USER_POOLS", userPoolConfig: { userPoolId: userPool, awsRegion: "us-east-1" } },
      { authenticationType: "AWS_LAMBDA", lambdaAuthorizerConfig: { authorizerUri: authorizer } },
    ],
  };
  api = (await appsync.send(new CreateGraphqlApiCommand(input))).graphqlApi;
  const { apiId } = api;
  apiKey = (await appsync.send(new CreateApiKeyCommand({ apiId }))).apiKey.id;
  await appsync.send(new StartSchemaCreationCommand({ apiId, definition: Buffer.from(schema) }));
  for (let status = "PROCESSING"; status !== "SUCCESS"; ) {
    ({ status } = await appsync.send(new GetSchemaCreationStatusCommand({ apiId })));
    assert.notEqual(status, "FAILED");
  }
  await appsync.send(new CreateDataSourceCommand({ apiId, name: "none", type: "NONE" }));
  const message = `{"id": "$util.autoId()", "room": $util.toJson($ctx.args.room), "text": $util.toJson($ctx.args.text)}`;
  await resolve("Mutation", "say", message);
  await resolve("Query", "caller", "$util.toJson($ctx.identity)");
  await resolve("Query", "message", `{"id": $util.toJson($ctx.args.id), "room": "lobby", "text": "hello"}`);
  await resolve("Subscription", "said", "null");
}

async function resolve(typeName, fieldName, payload) {
  const requestMappingTemplate = `{"version": "2018-05-29", "payload": ${payload}}`;
  const responseMappingTemplate = "$util.toJson($ctx.result)";
  const place = { apiId: api.apiId, typeName, fieldName, dataSourceName: "none" };
  await appsync.send(new CreateResolverCommand({ ...place, requestMappingTemplate, responseMappingTemplate }));
}

/** A function that lets in who says "open sesame". */
async function makeAuthorizer() {
  const folder = mkdtempSync(join(server.data, "authorizer-"));
  const code = `exports.handler = async ({ authorizationToken }) =>
    ({ isAuthorized: authorizationToken === "open sesame", resolverContext: { name: "Ali" }, ttlOverride: 0 });`;
  writeFileSync(join(folder, "index.js"), code);
  const lambda = new LambdaClient(client(server));
  const input = {
    FunctionName: "authorizer",
    Role: "arn:aws:iam::000000000000:role/authorizer",
    Runtime: "nodejs20.x",
    Handler: "index.handler",
    Code: { S3Bucket: "freehold-local", S3Key: folder },
  };
  const { FunctionArn } = await lambda.send(new CreateFunctionCommand(input));
  lambda.destroy();
  return FunctionArn;
}

function token(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const signed = `${part({ alg: "RS256", kid: "one" })}.${part({ iat: now, auth_time: now, exp: now + 600, ...claims })}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url")}`;
}

const oidcToken = () => token({ iss: issuer, sub: "ada", aud: "app" });
const poolToken = () =>
  token({ iss: poolIssuer, sub: "bob", token_use: "access", client_id: "app", username: "bob", "cognito:groups": ["staff"] });

/** A client of aws-amplify that comes in that way. */
function amplify(authMode, jwt) {
  const GraphQL = { endpoint: api.uris.GRAPHQL, region: "us-east-1", defaultAuthMode: authMode, apiKey };
  const payload = (text) => JSON.parse(Buffer.from(text.split(".")[1], "base64url"));
  const tokenProvider = {
    getTokens: async () => jwt && { accessToken: { payload: payload(jwt), toString: () => jwt } },
  };
  const credentialsProvider = {
    getCredentialsAndIdentityId: async () => ({ credentials: { accessKeyId: "test", secretAccessKey: "test" } }),
    clearCredentialsAndIdentityId: () => {},
  };
  Amplify.configure({ API: { GraphQL } }, { Auth: { tokenProvider, credentialsProvider } });
  return generateClient({ authMode, ...(authMode === "lambda" && { authToken: "open sesame" }) });
}

const ways = {
  apiKey: () => amplify("apiKey"),
  iam: () => amplify("iam"),
  oidc: () => amplify("oidc", oidcToken()),
  userPool: () => amplify("userPool", poolToken()),
  lambda: () => amplify("lambda"),
};

const identities = {
  apiKey: (identity) => assert.equal(identity, null),
  iam: (identity) => assert.equal(identity.accountId, "000000000000"),
  oidc: (identity) => assert.equal(identity.sub, "ada"),
  userPool: (identity) => assert.deepEqual([identity.username, identity.groups], ["bob", ["staff"]]),
  lambda: (identity) => assert.deepEqual(identity.resolverContext, { name: "Ali" }),
};

for (const [mode, enter] of Object.entries(ways)) {
  test(`aws-amplify asks and is told who it is: ${mode}`, async () => {
    const amplified = enter();
    const { data } = await amplified.graphql({ query: say, variables: { room: "lobby", text: "hi" } });
    assert.deepEqual([data.say.room, data.say.text], ["lobby", "hi"]);
    const caller = (await amplified.graphql({ query: "{ caller }" })).data.caller;
    identities[mode](JSON.parse(caller));
  });

  test(`aws-amplify hears what others say: ${mode}`, async () => {
    const amplified = enter();
    const heard = listen(amplified.graphql({ query: said, variables: { room: mode } }));
    await heard.started;
    await amplified.graphql({ query: say, variables: { room: "elsewhere", text: "not for us" } });
    await amplified.graphql({ query: say, variables: { room: mode, text: "for us" } });
    assert.deepEqual(await heard.first, { room: mode, text: "for us" });
    heard.close();
  });
}

/** The first message of a subscription of aws-amplify, and when it has begun. */
function listen(observable) {
  let begun;
  const started = new Promise((done) => (begun = done));
  const opened = Hub.listen("api", ({ payload }) => payload.event === "Subscription ack" && begun());
  let subscription;
  const first = new Promise((heard, failed) => {
    subscription = observable.subscribe({ next: ({ data }) => heard(data.said), error: failed });
  });
  const close = () => {
    opened();
    subscription.unsubscribe();
  };
  return { started: Promise.race([started, first]), first, close };
}

test("aws-amplify is told what it may not", async () => {
  const amplified = generateClient({ authMode: "lambda", authToken: "let me in" });
  const refused = await amplified.graphql({ query: "{ caller }" }).catch((error) => error);
  assert.match(JSON.stringify(refused.errors), /Unauthorized|401/);
});

test("the endpoint passes the audits of graphql-http", async () => {
  const withKey = (url, init) => fetch(url, { ...init, headers: { ...init?.headers, "x-api-key": apiKey } });
  const results = await auditServer({ url: api.uris.GRAPHQL, fetchFn: withKey });
  const errors = results.filter(({ status }) => status === "error").map(({ id, name, reason }) => `${id} ${name}: ${reason}`);
  assert.deepEqual(errors, []);
  console.log(`${results.filter(({ status }) => status === "ok").length} of ${results.length} audits pass without a remark`);
});

test("the SDK pages, and knows errors by their classes", async () => {
  await resolve("Message", "text", '"a"');
  const { apiId } = api;
  const fields = [];
  for await (const page of paginateListResolvers({ client: appsync, pageSize: 1 }, { apiId, typeName: "Query" })) {
    fields.push(...page.resolvers.map(({ fieldName }) => fieldName));
  }
  assert.deepEqual(fields.sort(), ["caller", "message"]);
  await assert.rejects(appsync.send(new GetGraphqlApiCommand({ apiId: "a".repeat(26) })), NotFoundException);
});
