// Runs a Node.js handler on the Lambda Runtime API, as AWS's own runtime does.
//
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import util from "node:util";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let requestId = "";

function request(method, where, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const options = { host, port, method, path: `/2018-06-01/runtime${where}`, agent, headers };
    if (body !== undefined) headers["Content-Length"] = Buffer.byteLength(body);
    const call = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    call.on("error", reject);
    call.end(body);
  });
}

// The console writes as AWS's does: time, request id, level, message. One call is one event of the log,
// so line ends inside it are carried as carriage returns.
function write(level, ...values) {
  const line = `${new Date().toISOString()}\t${requestId || "undefined"}\t${level}\t${util.format(...values)}`;
  fs.writeSync(1, line.replaceAll("\n", "\r") + "\n");
}
console.log = (...values) => write("INFO", ...values);
console.info = (...values) => write("INFO", ...values);
console.warn = (...values) => write("WARN", ...values);
console.error = (...values) => write("ERROR", ...values);
console.debug = (...values) => write("DEBUG", ...values);
console.trace = (...values) => write("TRACE", ...values);

function describe(error) {
  if (error instanceof Error || util.types.isNativeError(error)) {
    // Wherever the code lies, and this file, AWS shows them in their own places.
    const stack = (error.stack ?? "")
      .replaceAll(process.env.LAMBDA_TASK_ROOT, "/var/task")
      .replaceAll(fileURLToPath(import.meta.url), "/var/runtime/index.mjs");
    return { errorType: error.name, errorMessage: error.message, trace: stack.split("\n") };
  }
  const text = typeof error === "string" ? error : util.inspect(error);
  return { errorType: typeof error, errorMessage: text, trace: [] };
}

class Fault extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
  }
}

async function fail(where, error, kind) {
  const body = describe(error);
  write("ERROR", kind, JSON.stringify({ ...body, stack: body.trace, trace: undefined }));
  await request("POST", where, JSON.stringify(body), { "Lambda-Runtime-Function-Error-Type": body.errorType });
}

function resolveModule(root, name) {
  const base = path.resolve(root, name);
  for (const file of [base, `${base}.js`, `${base}.mjs`, `${base}.cjs`]) {
    if (fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
  }
  try {
    return createRequire(path.join(root, "package.json")).resolve(name.startsWith(".") ? name : base);
  } catch {
    throw new Fault("Runtime.ImportModuleError", `Error: Cannot find module '${path.basename(name)}'\nRequire stack:\n- ${root}`);
  }
}

async function load(root, handler) {
  const folder = handler.slice(0, handler.lastIndexOf("/") + 1);
  const match = /^([^.]*)\.(.*)$/.exec(handler.slice(folder.length));
  if (!match) throw new Fault("Runtime.MalformedHandlerName", "Bad handler");
  const [, name, property] = match;
  const file = resolveModule(root, folder + name);
  let module;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Fault("Runtime.UserCodeSyntaxError", `SyntaxError: ${error.message}`);
    if (["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error?.code)) {
      throw new Fault("Runtime.ImportModuleError", `Error: ${error.message}`);
    }
    throw error;
  }
  const find = (start) => property.split(".").reduce((value, key) => value?.[key], start);
  // A CommonJS module shows only some of its exports by name, and all of them as its default.
  const found = find(module) ?? find(module.default);
  if (found === undefined) throw new Fault("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  if (typeof found !== "function") throw new Fault("Runtime.HandlerNotFound", `${handler} is not a function`);
  return found;
}

function contextOf(headers, done) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const parsed = (name) => (headers[name] ? JSON.parse(headers[name]) : undefined);
  return {
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed("lambda-runtime-client-context"),
    identity: parsed("lambda-runtime-cognito-identity"),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
    succeed: (result) => done(null, result),
    fail: (error) => done(error ?? new Error("handled")),
    done,
  };
}

// What the handler gives: by its promise, or by its callback, which waits for the event loop to become empty
// unless the function says that it needn't.
function run(handler, event, headers) {
  return new Promise((resolve, reject) => {
    const settle = (error, result) => (error === null || error === undefined ? resolve(result) : reject(error));
    let answer;
    const whenEmpty = () => settle(...(answer ?? [null, null]));
    const context = contextOf(headers, (error, result) => {
      answer ??= [error, result];
      if (!context.callbackWaitsForEmptyEventLoop) settle(...answer);
    });
    process.removeAllListeners("beforeExit");
    process.once("beforeExit", whenEmpty);
    const returned = handler(event, context, context.done);
    if (typeof returned?.then === "function") returned.then(resolve, reject);
  });
}

// Handlers that stream: what they write is sent when they have ended it.
// https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
const STREAMS = Symbol("streams");

class ResponseStream extends Writable {
  chunks = [];
  contentType = "application/octet-stream";

  _write(chunk, _encoding, done) {
    this.chunks.push(chunk);
    done();
  }

  setContentType(contentType) {
    this.contentType = contentType;
  }
}

globalThis.awslambda = {
  streamifyResponse: (handler) => Object.assign(handler, { [STREAMS]: true }),
  HttpResponseStream: {
    from(stream, metadata) {
      stream.setContentType("application/vnd.awslambda.http-integration-response");
      stream.write(JSON.stringify(metadata));
      stream.write(Buffer.alloc(8));
      return stream;
    },
  },
};

async function runStreaming(handler, event, headers) {
  const stream = new ResponseStream();
  const ended = new Promise((resolve, reject) => stream.once("finish", resolve).once("error", reject));
  await handler(event, stream, contextOf(headers, () => {}));
  if (!stream.writableEnded) stream.end();
  await ended;
  const about = { "Content-Type": stream.contentType, "Lambda-Runtime-Function-Response-Mode": "streaming" };
  return [Buffer.concat(stream.chunks), about];
}

async function handleNext(handler) {
  const { status, headers, body } = await request("GET", "/invocation/next");
  if (status !== 200) throw new Error(`the Runtime API answered ${status}`);
  requestId = headers["lambda-runtime-aws-request-id"];
  if (headers["lambda-runtime-trace-id"]) process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
  const where = `/invocation/${requestId}`;
  let reply;
  let about = { "Content-Type": "application/json" };
  try {
    if (handler[STREAMS]) {
      [reply, about] = await runStreaming(handler, JSON.parse(body), headers);
    } else {
      const result = await run(handler, JSON.parse(body), headers);
      try {
        reply = JSON.stringify(result === undefined ? null : result);
      } catch {
        throw new Fault("Runtime.MarshalError", "Unable to stringify response body");
      }
    }
  } catch (error) {
    await fail(`${where}/error`, error, "Invoke Error ");
    return;
  } finally {
    process.removeAllListeners("beforeExit");
  }
  await request("POST", `${where}/response`, reply ?? "null", about);
}

function crash(type) {
  return async (error) => {
    const { errorType, errorMessage, trace } = describe(error);
    const message = errorType === "string" ? errorMessage : `${errorType}: ${errorMessage}`;
    const fault = Object.assign(new Fault(type, type === "Runtime.UnhandledPromiseRejection" ? message : errorMessage), { stack: trace.join("\n") });
    if (type === "Runtime.UncaughtException") fault.name = errorType;
    await fail(requestId ? `/invocation/${requestId}/error` : "/init/error", fault, "Uncaught Exception ");
    process.exit(129);
  };
}
process.on("uncaughtException", crash("Runtime.UncaughtException"));
process.on("unhandledRejection", crash("Runtime.UnhandledPromiseRejection"));

let handler;
try {
  handler = await load(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
} catch (error) {
  await fail("/init/error", error, "Uncaught Exception ");
  process.exit(1);
}
for (;;) await handleNext(handler);
