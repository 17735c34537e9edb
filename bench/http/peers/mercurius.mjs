import Fastify from "fastify";
import mercurius from "mercurius";

import { resolvers, typeDefs } from "./schema.mjs";

const app = Fastify();
// With its compiler of queries, as its makers recommend.
app.register(mercurius, { schema: typeDefs, resolvers, jit: 1 });
console.log(`listening on ${await app.listen({ host: "127.0.0.1", port: 0 })}`);
