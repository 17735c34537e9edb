// Who vouches for callers: an OpenID Connect issuer and a user pool, with one key for both.
import { createSign, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

export const issuer = "https://issuer.example.com";
export const userPool = "us-east-1_Pool00001";
const poolIssuer = `https://cognito-idp.us-east-1.amazonaws.com/${userPool}`;

/** Tokens, and the part of the server's configuration that says where their key is. */
export async function openIssuer() {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: "jwk" }), kid: "one", alg: "RS256", use: "sig" };
  const keys = createServer((_, reply) => reply.end(JSON.stringify({ keys: [key] })));
  await new Promise((listening) => keys.listen(0, "127.0.0.1", listening));
  const place = `jwks_url = "http://127.0.0.1:${keys.address().port}/jwks.json"`;

  const token = (claims) => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const now = Math.floor(Date.now() / 1000);
    const head = part({ alg: "RS256", kid: "one" });
    const signed = `${head}.${part({ iat: now, auth_time: now, exp: now + 600, ...claims })}`;
    return `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url")}`;
  };
  const bob = { sub: "bob", username: "bob", "cognito:groups": ["staff"] };
  return {
    config: `[issuers."${issuer}"]\n${place}\n[issuers."${poolIssuer}"]\n${place}\n`,
    oidcToken: () => token({ iss: issuer, sub: "ada", aud: "app" }),
    poolToken: () => token({ iss: poolIssuer, token_use: "access", client_id: "app", ...bob }),
    close: () => keys.close(),
  };
}
