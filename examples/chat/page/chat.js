// The page of the chat: what was said, what is being said, and a form to say something.
import { Amplify } from "aws-amplify";
import { CONNECTION_STATE_CHANGE, ConnectionState, generateClient } from "aws-amplify/api";
import { Hub } from "aws-amplify/utils";

const room = "lobby";
const message = "room id at author text";
const history = `query ($room: String!) { messages(room: $room) { items { ${message} } } }`;
const said = `subscription ($room: String!) { said(room: $room) { ${message} } }`;
const say = `mutation ($room: String!, $author: String!, $text: String!) {
  say(room: $room, author: $author, text: $text) { ${message} }
}`;

const [list, status, form] = ["ol", "[role=status]", "form"].map((part) => document.querySelector(part));

const { api } = await (await fetch("api.json")).json();
Amplify.configure({ API: { GraphQL: { ...api, defaultAuthMode: "apiKey" } } });
const client = generateClient();

/** Messages are shown once, in the order of their ids, however they were learned of. */
function show({ id, author, text }) {
  if (document.getElementById(id)) return;
  const item = Object.assign(document.createElement("li"), { id });
  item.append(Object.assign(document.createElement("b"), { textContent: author }), text);
  list.insertBefore(item, [...list.children].find((other) => id < other.id) ?? null);
}

/** What was said before, also while the connection was away. */
async function catchUp() {
  const { data } = await client.graphql({ query: history, variables: { room } });
  data.messages.items.forEach(show);
}

Hub.listen("api", ({ payload }) => {
  if (payload.event !== CONNECTION_STATE_CHANGE) return;
  const { connectionState } = payload.data;
  status.textContent = connectionState;
  if (connectionState === ConnectionState.Connected) catchUp();
});
client.graphql({ query: said, variables: { room } }).subscribe({ next: ({ data }) => show(data.said) });

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { author, text } = Object.fromEntries(new FormData(form));
  try {
    await client.graphql({ query: say, variables: { room, author, text } });
    form.elements.text.value = "";
  } catch ({ errors }) {
    status.textContent = errors[0].message;
  }
});
