// What an app does with Apollo and AppSync's links. Required rather than imported: as modules of Node the links can't
// sign, since they take what they import for a class that is none.
const { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } = require("@apollo/client");
const { createAuthLink } = require("aws-appsync-auth-link");
const { createSubscriptionHandshakeLink } = require("aws-appsync-subscription-link");

// The links take it for granted; a page hasn't it by itself.
globalThis.Buffer ??= require("buffer").Buffer;

const said = gql`subscription Said($room: String!) { said(room: $room) { room text } }`;
const say = gql`mutation Say($room: String!, $text: String!) { say(room: $room, text: $text) { room text } }`;
const caller = gql`query { caller }`;

/** Asks who asks. */
exports.ask = async (app) => {
  const { data } = await enter(app).query({ query: caller });
  return JSON.parse(data.caller);
};

/** Says something here and elsewhere until something is heard: all that is. */
exports.listen = async (app) => {
  const client = enter(app);
  const { room } = app;
  const heard = [];
  let failure;
  const subscription = client.subscribe({ query: said, variables: { room } }).subscribe({
    next: ({ data }) => heard.push(data.said),
    error: (error) => (failure = error),
  });
  // The links don't tell when a subscription has begun.
  while (heard.length === 0) {
    if (failure) throw failure;
    await client.mutate({ mutation: say, variables: { room: "elsewhere", text: "not for us" } });
    await client.mutate({ mutation: say, variables: { room, text: "for us" } });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  subscription.unsubscribe();
  return heard;
};

function enter({ url, auth, transport }) {
  const region = "us-east-1";
  const http = new HttpLink({ uri: url });
  // By its address alone the link is the one of the first users, who heard over MQTT.
  const subscriptions = createSubscriptionHandshakeLink(transport === "MQTT" ? url : { url, region, auth }, http);
  const link = ApolloLink.from([createAuthLink({ url, region, auth }), subscriptions]);
  const defaultOptions = { query: { fetchPolicy: "no-cache" }, mutate: { fetchPolicy: "no-cache" } };
  return new ApolloClient({ link, cache: new InMemoryCache(), defaultOptions });
}
