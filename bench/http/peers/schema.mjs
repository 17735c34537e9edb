// What every peer serves: the schema, and a list of 100 items as the server under test has it.
export const typeDefs = /* GraphQL */ `
  type Query { list(limit: Int): [Post!]! }
  type User { id: ID! name: String! }
  type Post { id: ID! title: String! n: Int! createdAt: String! owner: User! }
`;

const posts = Array.from({ length: 100 }, (_, i) => ({
  id: `post-${i}`,
  title: `The title of post ${i}`,
  n: i,
  createdAt: "2026-11-23T04:00:00.000Z",
  owner: { id: `u${i}`, name: `User ${i}` },
}));
export const resolvers = { Query: { list: () => posts } };
