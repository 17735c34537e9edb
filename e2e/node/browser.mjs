// Chromium as somebody has it who has imported the server's authority, and nothing else.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

export async function openBrowser(server) {
  const home = mkdtempSync(join(tmpdir(), "freehold-browser-"));
  const authorities = join(home, ".pki/nssdb");
  mkdirSync(authorities, { recursive: true });
  const certutil = (...options) => execFileSync("certutil", ["-d", `sql:${authorities}`, ...options]);
  certutil("-N", "--empty-password");
  certutil("-A", "-n", "Freehold", "-t", "C,,", "-i", server.authority);

  const env = { ...process.env, HOME: home };
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"], env });
  browser.once("disconnected", () => rmSync(home, { recursive: true, force: true }));
  return browser;
}
