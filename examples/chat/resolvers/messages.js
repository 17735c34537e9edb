import { util } from "@aws-appsync/utils";
import * as ddb from "@aws-appsync/utils/dynamodb";

/** The messages of a room, the latest first. */
export function request(ctx) {
  const { room, limit = 50, nextToken } = ctx.args;
  return ddb.query({ query: { room: { eq: room } }, scanIndexForward: false, limit, nextToken });
}

export function response(ctx) {
  const { error, result } = ctx;
  if (error) {
    util.error(error.message, error.type);
  }
  return { items: result.items, nextToken: result.nextToken };
}
