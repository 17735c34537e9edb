// What the API sees of a caller, by the way that the caller came in.
import assert from "node:assert/strict";

export const identities = {
  apiKey: (identity) => assert.equal(identity, null),
  iam: (identity) => assert.equal(identity.accountId, "000000000000"),
  oidc: (identity) => assert.equal(identity.sub, "ada"),
  userPool: (identity) => assert.deepEqual([identity.username, identity.groups], ["bob", ["staff"]]),
  lambda: (identity) => assert.deepEqual(identity.resolverContext, { name: "Ali" }),
};
