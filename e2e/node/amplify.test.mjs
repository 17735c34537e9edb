// aws-amplify, unchanged, in Node and in Chromium: GraphQL and events, in every way in.
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";

import { openChat } from "./chat.mjs";
import { identities } from "./identities.mjs";
import { places } from "./places.mjs";

const limit = { timeout: 20_000 };
let chat;

before(async () => {
  chat = await openChat();
});

after(() => chat?.close());

for (const [place, open] of Object.entries(places)) {
  suite(`aws-amplify in ${place}`, () => {
    let app;
    const run = (name, authMode, other) => {
      const { graphql, events, ways } = chat;
      return app.run(name, { graphql, events, authMode, ...ways[authMode], ...other });
    };

    before(async () => {
      app = await open("amplify.mjs", chat.server);
    });

    after(() => app?.close());

    for (const [authMode, check] of Object.entries(identities)) {
      test(`speaks and is told who it is: ${authMode}`, limit, async () => {
        const { said, caller } = await run("speak", authMode);
        assert.deepEqual(said, { room: "lobby", text: "hi" });
        check(caller);
      });

      test(`hears what is said in its room: ${authMode}`, limit, async () => {
        assert.deepEqual(await run("listen", authMode), { room: authMode, text: "for us" });
      });

      test(`hears events that it publishes: ${authMode}`, limit, async () => {
        assert.deepEqual(await run("publish", authMode), ["HTTP", "WebSocket"]);
      });
    }

    test("is told what it may not", limit, async () => {
      assert.match((await run("knock", "lambda", { token: "let me in" })).join(), /Unauthorized|401/);
      const told = await run("eavesdrop", "apiKey");
      assert.match(told.join(), /Not Authorized to access whispered on type Subscription/);
    });
  });
}
