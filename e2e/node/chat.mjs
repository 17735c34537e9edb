// A small GraphQL API, as its owner makes it with the AWS SDK.
import assert from "node:assert/strict";

import {
  CreateApiKeyCommand,
  CreateDataSourceCommand,
  CreateGraphqlApiCommand,
  CreateResolverCommand,
  GetSchemaCreationStatusCommand,
  StartSchemaCreationCommand,
} from "@aws-sdk/client-appsync";

const schema = `
type Message @aws_api_key @aws_iam { id: ID! room: String! text: String }
type Query { echo(text: String): String @aws_api_key @aws_iam }
type Mutation { say(room: String!, text: String): Message @aws_api_key @aws_iam }
type Subscription {
  onSay(room: String): Message @aws_subscribe(mutations: ["say"]) @aws_api_key @aws_iam
  onSecret: Message @aws_subscribe(mutations: ["say"]) @aws_iam
}`;

export async function createChat(appsync) {
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
  return { endpoint: uris.GRAPHQL, key: key.apiKey.id };
}
