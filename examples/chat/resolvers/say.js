import { util } from "@aws-appsync/utils";
import * as ddb from "@aws-appsync/utils/dynamodb";

/** Keeps a message. Its id begins with its time, so that a room's messages are in order. */
export function request(ctx) {
  const { room, author, text } = ctx.args;
  if (text.trim().length === 0) {
    util.error("Say something.", "EmptyMessage");
  }
  const item = { at: util.time.nowISO8601(), author, text };
  return ddb.put({ key: { room, id: util.autoUlid() }, item });
}

export function response(ctx) {
  const { error, result } = ctx;
  if (error) {
    util.error(error.message, error.type);
  }
  return result;
}
