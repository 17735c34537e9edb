// The server under test: the real binary, on a port and a data folder of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export async function start() {
  const data = mkdtempSync(join(tmpdir(), "freehold-"));
  const binary = process.env.FREEHOLD_BIN ?? new URL("../../target/debug/freehold", import.meta.url).pathname;
  const server = spawn(binary, ["dev", "--listen", "127.0.0.1:0", "--data", data], { stdio: ["ignore", "pipe", "inherit"] });
  const stop = () => {
    server.kill("SIGKILL");
    rmSync(data, { recursive: true });
  };
  for await (const line of createInterface({ input: server.stdout })) {
    const endpoint = line.match(/listening on (\S+)/)?.[1];
    if (endpoint) return { endpoint, authority: join(data, "certificate-authority.pem"), stop };
  }
  throw new Error("the server ended");
}
