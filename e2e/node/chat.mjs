// A chat as its owner makes it with the AWS SDK: a GraphQL API and an Event API, each with all five ways in.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";

import { issuer, openIssuer, userPool } from "./issuer.mjs";
import { client, start } from "./server.mjs";

const everybody = "@aws_api_key @aws_iam @aws_oidc @aws_cognito_user_pools @aws_lambda";
const schema = `
  type Message ${everybody} { id: ID! room: String! text: String! }
  type Query {
    message(id: ID!): Message ${everybody}
    caller: AWSJSON ${everybody}
  }
  type Mutation { say(room: String!, text: String!): Message ${everybody} }
  type Subscription {
    said(room: String!): Message @aws_subscribe(mutations: ["say"]) ${everybody}
    whispered: Message @aws_subscribe(mutations: ["say"]) @aws_iam
  }`;

/** The chat on a server of its own. `ways` are what a client says to come in, by the names that aws-amplify has. */
export async function openChat() {
  const tokens = await openIssuer();
  const server = await start(tokens.config);
  const appsync = new AppSyncClient(client(server));
  const authorizer = await makeAuthorizer(server);
  return {
    server,
    appsync,
    graphql: await makeGraphql(appsync, authorizer),
    events: await makeEvents(appsync, authorizer),
    ways: {
      apiKey: {},
      iam: { credentials: { accessKeyId: "test", secretAccessKey: "test" } },
      oidc: { token: tokens.oidcToken() },
      userPool: { token: tokens.poolToken() },
      lambda: { token: "open sesame" },
    },
    close: async () => {
      appsync.destroy();
      tokens.close();
      await server.close();
    },
  };
}

async function makeGraphql(appsync, authorizer) {
  const created = await appsync.send(new CreateGraphqlApiCommand({
    name: "chat",
    authenticationType: "API_KEY",
    additionalAuthenticationProviders: [
      { authenticationType: "AWS_IAM" },
      { authenticationType: "OPENID_CONNECT", openIDConnectConfig: { issuer } },
      {
        authenticationType: "AMAZON_COGNITO_USER_POOLS",
        userPoolConfig: { userPoolId: userPool, awsRegion: "us-east-1" },
      },
      { authenticationType: "AWS_LAMBDA", lambdaAuthorizerConfig: { authorizerUri: authorizer } },
    ],
  }));
  const { apiId, uris } = created.graphqlApi;
  await appsync.send(new StartSchemaCreationCommand({ apiId, definition: Buffer.from(schema) }));
  for (let status = "PROCESSING"; status !== "SUCCESS"; ) {
    let details;
    ({ status, details } = await appsync.send(new GetSchemaCreationStatusCommand({ apiId })));
    assert.notEqual(status, "FAILED", details);
  }
  await appsync.send(new CreateDataSourceCommand({ apiId, name: "none", type: "NONE" }));
  const said = `{"id": "$util.autoId()", "room": $util.toJson($ctx.args.room), "text": $util.toJson($ctx.args.text)}`;
  await resolve(appsync, apiId, "Mutation", "say", said);
  await resolve(appsync, apiId, "Query", "caller", "$util.toJson($ctx.identity)");
  const message = `{"id": $util.toJson($ctx.args.id), "room": "lobby", "text": "hello"}`;
  await resolve(appsync, apiId, "Query", "message", message);
  const key = await appsync.send(new CreateApiKeyCommand({ apiId }));
  return { apiId, endpoint: uris.GRAPHQL, apiKey: key.apiKey.id };
}

async function resolve(appsync, apiId, typeName, fieldName, payload) {
  const requestMappingTemplate = `{"version": "2018-05-29", "payload": ${payload}}`;
  const responseMappingTemplate = "$util.toJson($ctx.result)";
  const place = { apiId, typeName, fieldName, dataSourceName: "none" };
  await appsync.send(new CreateResolverCommand({ ...place, requestMappingTemplate, responseMappingTemplate }));
}

async function makeEvents(appsync, authorizer) {
  const authProviders = [
    { authType: "API_KEY" },
    { authType: "AWS_IAM" },
    { authType: "OPENID_CONNECT", openIDConnectConfig: { issuer } },
    { authType: "AMAZON_COGNITO_USER_POOLS", cognitoConfig: { userPoolId: userPool, awsRegion: "us-east-1" } },
    { authType: "AWS_LAMBDA", lambdaAuthorizerConfig: { authorizerUri: authorizer } },
  ];
  const modes = authProviders.map(({ authType }) => ({ authType }));
  const created = await appsync.send(new CreateApiCommand({
    name: "chat-events",
    eventConfig: {
      authProviders,
      connectionAuthModes: modes,
      defaultPublishAuthModes: modes,
      defaultSubscribeAuthModes: modes,
    },
  }));
  const { apiId, dns } = created.api;
  await appsync.send(new CreateChannelNamespaceCommand({ apiId, name: "chat" }));
  const key = await appsync.send(new CreateApiKeyCommand({ apiId }));
  return { endpoint: `https://${dns.HTTP}/event`, apiKey: key.apiKey.id };
}

/** A function that lets in who says "open sesame". */
async function makeAuthorizer(server) {
  const folder = mkdtempSync(join(server.data, "authorizer-"));
  const code = `exports.handler = async ({ authorizationToken }) =>
    ({ isAuthorized: authorizationToken === "open sesame", resolverContext: { name: "Ali" }, ttlOverride: 0 });`;
  writeFileSync(join(folder, "index.js"), code);
  const lambda = new LambdaClient(client(server));
  const { FunctionArn } = await lambda.send(new CreateFunctionCommand({
    FunctionName: "authorizer",
    Role: "arn:aws:iam::000000000000:role/authorizer",
    Runtime: "nodejs20.x",
    Handler: "index.handler",
    Code: { S3Bucket: "freehold-local", S3Key: folder },
  }));
  lambda.destroy();
  return FunctionArn;
}
