// Apollo with AppSync's links, in Node and in Chromium: subscriptions over WebSockets and, as the first users had them,
// over MQTT, in every way in.
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";

import { openChat } from "./chat.mjs";
import { identities } from "./identities.mjs";
import { places } from "./places.mjs";

/** What the links call each way in, and its secret. */
const auths = {
  apiKey: () => ({ type: "API_KEY", apiKey: chat.graphql.apiKey }),
  iam: ({ credentials }) => ({ type: "AWS_IAM", credentials }),
  oidc: ({ token }) => ({ type: "OPENID_CONNECT", jwtToken: token }),
  userPool: ({ token }) => ({ type: "AMAZON_COGNITO_USER_POOLS", jwtToken: token }),
  lambda: ({ token }) => ({ type: "AWS_LAMBDA", token }),
};
const limit = { timeout: 20_000 };
let chat;

before(async () => {
  chat = await openChat();
});

after(() => chat?.close());

for (const [place, open] of Object.entries(places)) {
  suite(`Apollo in ${place}`, () => {
    let app;
    const run = (name, way, other) => {
      const auth = auths[way](chat.ways[way]);
      return app.run(name, { url: chat.graphql.endpoint, auth, ...other });
    };

    before(async () => {
      app = await open("apollo.cjs", chat.server);
    });

    after(() => app?.close());

    for (const [way, check] of Object.entries(identities)) {
      test(`is told who it is: ${way}`, limit, async () => check(await run("ask", way)));

      for (const transport of ["WebSocket", "MQTT"]) {
        test(`hears what is said in its room over ${transport}: ${way}`, limit, async () => {
          await hearsItsRoom(run, way, { transport, room: `${transport} ${way}` });
        });
      }
    }

    for (const transport of ["WebSocket", "MQTT"]) {
      test(`hears what is said in its room over ${transport} in TLS`, limit, async () => {
        const url = chat.graphql.endpoint.replace("http:", "https:");
        await hearsItsRoom(run, "iam", { url, transport, room: `${transport} in TLS` });
      });
    }
  });
}

async function hearsItsRoom(run, way, options) {
  const heard = await run("listen", way, options);
  const { room } = options;
  assert.deepEqual(heard, heard.map(() => ({ __typename: "Message", room, text: "for us" })));
}
