// The AWS SDK for JavaScript v3 against the real binary.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetActivityTaskCommand,
  SFNClient,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StateMachineDoesNotExist,
  paginateGetExecutionHistory,
} from "@aws-sdk/client-sfn";

import { client, start } from "./server.mjs";

const roleArn = "arn:aws:iam::000000000000:role/workflow";
const pass = { StartAt: "Hello", States: { Hello: { Type: "Pass", Result: { hello: "world" }, End: true } } };
let server, sfn;

before(async () => {
  server = await start();
  sfn = new SFNClient(client(server));
});

after(() => {
  sfn?.destroy();
  return server.close();
});

async function create(name, definition, type = "STANDARD") {
  const input = { name, type, roleArn, definition: JSON.stringify(definition) };
  return (await sfn.send(new CreateStateMachineCommand(input))).stateMachineArn;
}

async function ended(executionArn) {
  for (;;) {
    const described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (described.status !== "RUNNING") return described;
  }
}

test("a standard execution runs and its history is paged", async () => {
  const stateMachineArn = await create("standard", pass);
  const { executionArn, startDate } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: "{}" }));
  assert.ok(startDate instanceof Date);
  assert.deepEqual(JSON.parse((await ended(executionArn)).output), { hello: "world" });
  const types = [];
  for await (const page of paginateGetExecutionHistory({ client: sfn, pageSize: 2 }, { executionArn })) {
    types.push(...page.events.map((event) => event.type));
  }
  assert.deepEqual(types, ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
});

test("a synchronous express execution answers", async () => {
  const stateMachineArn = await create("express", pass, "EXPRESS");
  const answer = await sfn.send(new StartSyncExecutionCommand({ stateMachineArn }));
  assert.equal(answer.status, "SUCCEEDED");
});

test("a worker completes an activity", async () => {
  const { activityArn } = await sfn.send(new CreateActivityCommand({ name: "work" }));
  const definition = { StartAt: "Work", States: { Work: { Type: "Task", Resource: activityArn, End: true } } };
  const stateMachineArn = await create("worker", definition);
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{"n":1}' }));
  const { taskToken, input } = await sfn.send(new GetActivityTaskCommand({ activityArn }));
  await sfn.send(new SendTaskSuccessCommand({ taskToken, output: input }));
  assert.equal((await ended(executionArn)).output, '{"n":1}');
});

test("errors arrive as the SDK's own classes", async () => {
  const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:nowhere";
  await assert.rejects(sfn.send(new StartExecutionCommand({ stateMachineArn })), StateMachineDoesNotExist);
});
