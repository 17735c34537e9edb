import { util } from "@aws-appsync/utils";
import * as ddb from "@aws-appsync/utils/dynamodb";

/** Keeps a message of whoever has signed the request: only those who may sign one announce. */
export function request(ctx) {
  const { room, text } = ctx.args;
  const item = { at: util.time.nowISO8601(), author: `📣 ${ctx.identity.accountId}`, text };
  return ddb.put({ key: { room, id: util.autoUlid() }, item });
}

export function response(ctx) {
  const { error, result } = ctx;
  if (error) {
    util.error(error.message, error.type);
  }
  return result;
}
