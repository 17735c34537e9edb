// What an app does with aws-amplify.
import { Amplify } from "aws-amplify";
import { generateClient } from "aws-amplify/api";
import { decodeJWT } from "aws-amplify/auth";
import { events } from "aws-amplify/data";
import { Hub } from "aws-amplify/utils";

const say = `mutation Say($room: String!, $text: String!) { say(room: $room, text: $text) { room text } }`;
const hasTokens = ["oidc", "userPool"];
const said = `subscription Said($room: String!) { said(room: $room) { room text } }`;

/** Says something, and asks who said it. */
export async function speak(app) {
  const client = enter(app);
  const spoken = await client.graphql({ query: say, variables: { room: "lobby", text: "hi" } });
  const asked = await client.graphql({ query: "{ caller }" });
  return { said: spoken.data.say, caller: JSON.parse(asked.data.caller) };
}

/** Says something here and something elsewhere: what is heard first. */
export async function listen(app) {
  const client = enter(app);
  const room = app.authMode;
  let subscription;
  const heard = new Promise((next, error) => {
    subscription = client.graphql({ query: said, variables: { room } }).subscribe({ next, error });
  });
  await Promise.race([begun(), heard]);
  await client.graphql({ query: say, variables: { room: "elsewhere", text: "not for us" } });
  await client.graphql({ query: say, variables: { room, text: "for us" } });
  const { data } = await heard;
  subscription.unsubscribe();
  return data.said;
}

function begun() {
  return new Promise((resolve) => {
    const stop = Hub.listen("api", ({ payload }) => {
      if (payload.event !== "Subscription ack") return;
      stop();
      resolve();
    });
  });
}

/** What an app is told that may not ask. */
export async function knock(app) {
  const { errors } = await enter(app).graphql({ query: "{ caller }" }).then(
    () => ({ errors: [] }),
    (refused) => refused,
  );
  return errors.map(({ message }) => message);
}

/** What an app is told that may not hear. */
export async function eavesdrop(app) {
  const { errors } = await new Promise((error, next) => {
    enter(app).graphql({ query: "subscription { whispered { text } }" }).subscribe({ next, error });
  });
  return errors.map(({ message }) => message);
}

/** Publishes over HTTP and over the WebSocket: what is heard of it. */
export async function publish(app) {
  enter(app);
  const { authMode, token: authToken } = app;
  const options = { authMode, authToken };
  const name = `/chat/${authMode}`;
  const channel = await events.connect(name, options);
  const heard = [];
  await new Promise((done, error) => {
    const next = ({ event }) => heard.push(event.by) === 2 && done();
    const subscription = channel.subscribe({ next, error }, options);
    subscription.ready.then(async () => {
      await events.post(name, [{ by: "HTTP" }], options);
      await channel.publish([{ by: "WebSocket" }], options);
    }).catch(error);
  });
  channel.close();
  return heard.sort();
}

/** A client that comes in that way. */
function enter({ graphql, events, authMode, token, credentials }) {
  const api = (of) => ({ endpoint: of.endpoint, region: "us-east-1", apiKey: of.apiKey, defaultAuthMode: authMode });
  const tokenProvider = {
    getTokens: async () => (hasTokens.includes(authMode) ? { accessToken: decodeJWT(token) } : null),
  };
  const credentialsProvider = {
    getCredentialsAndIdentityId: async () => credentials && { credentials },
    clearCredentialsAndIdentityId: () => {},
  };
  Amplify.configure(
    { API: { GraphQL: api(graphql), Events: api(events) } },
    { Auth: { tokenProvider, credentialsProvider } },
  );
  return generateClient({ authMode, ...(authMode === "lambda" && { authToken: token }) });
}
