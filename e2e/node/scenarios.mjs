// The process that `places.mjs` opens: runs the scenarios that it is told to.
import WebSocket from "ws";

// Node has one of its own since 22.
globalThis.WebSocket ??= WebSocket;
const scenarios = await import(`./scenarios/${process.argv[2]}`);

process.on("message", async ({ name, input }) => {
  try {
    process.send({ seen: await scenarios[name](input) });
  } catch (error) {
    process.send({ error: error.stack ?? JSON.stringify(error) });
  }
});
process.on("disconnect", () => process.exit());
