// The server under test: the real binary, on a port and in a folder of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const binary = process.env.FREEHOLD_BIN ?? new URL("../../target/debug/freehold", import.meta.url).pathname;

/** `freehold dev`, ready to answer. `config` is the text of its configuration file. */
export async function start(config = "", listen = "127.0.0.1:0") {
  const data = mkdtempSync(join(tmpdir(), "freehold-"));
  const file = join(data, "freehold.toml");
  writeFileSync(file, config);
  const server = { data, close: () => {} };
  const run = async (listen) => {
    const options = ["dev", "--listen", listen, "--data", data, "--config", file];
    const child = spawn(binary, options, { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((done) => child.once("exit", done));
    server.kill = () => {
      child.kill("SIGKILL");
      return ended;
    };
    for await (const line of createInterface({ input: child.stdout })) {
      server.endpoint = line.match(/^listening on (\S+)/)?.[1];
      if (server.endpoint) return;
    }
    throw new Error("the server ended");
  };
  await run(listen);
  server.restart = () => run(new URL(server.endpoint).host);
  server.authority = join(data, "certificate-authority.pem");
  server.close = async () => {
    await server.kill();
    rmSync(data, { recursive: true });
  };
  return server;
}

/** How clients of AWS's SDK find the server. */
export function client(server) {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return { endpoint: server.endpoint, region: "us-east-1", credentials, disableHostPrefix: true };
}
