//! Handlers of a resolver in APPSYNC_JS, warm: `ctx` handed over, code run, its value and stash taken back.
//!
//! Budget: 60 µs each. The envelope is what QuickJS takes to build the objects that the code makes: about 10 µs.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use base::{Entropy, Stop, Timestamp};
use json::Value;
use resolver::{Context, End};
use resolver_js::{Module, Realm};

use crate::row;

const CODE: &str = r#"
import { util } from '@aws-appsync/utils';
import * as ddb from '@aws-appsync/utils/dynamodb';

export function request(ctx) {
  const { id, ...values } = ctx.args.input;
  values.updatedAt = util.time.nowISO8601();
  ctx.stash.id = id;
  return ddb.update({ key: { id }, update: values, condition: { id: { attributeExists: true } } });
}

export function response(ctx) {
  if (ctx.error) util.error(ctx.error.message, ctx.error.type);
  const items = ctx.result.items.filter((item) => 2 < item.n);
  return { items: items.map((item) => ({ ...item, title: item.title.toUpperCase() })) };
}
"#;

pub(crate) fn report(span: Duration) -> Result<()> {
    let module = Module::compile(CODE).map_err(|errors| anyhow!("{errors:?}"))?;
    let items = (0..10).map(|n| {
        format!(r#"{{"id":"post-{n}","title":"The title of post {n}","n":{n},"tags":["a","b"]}}"#)
    });
    let result = format!(r#"{{"items":[{}]}}"#, items.collect::<Vec<_>>().join(","));
    let input = r#"{"input":{"id":"post-1","title":"The title","n":7,"tags":["a","b"]}}"#;
    let headers = r#"{"headers":{"host":"localhost","x-api-key":"da2-0123456789","accept":"*/*"}}"#;
    let context = Context {
        arguments: Value::parse(input)?,
        request: Value::parse(headers)?,
        result: Value::parse(&result)?,
        ..Context::default()
    };
    row("APPSYNC_JS: read and check code", span, || {
        Module::compile(CODE).map(drop).map_err(|errors| anyhow!("{errors:?}"))
    })?;
    let mut realm = Realm::default();
    let (now, stop) = (Timestamp::from_millis(1_700_000_000_000), Stop::default());
    for handler in ["request", "response"] {
        row(&format!("APPSYNC_JS: a {handler} handler"), span, || {
            let entropy = Entropy::from_number(1);
            match realm.run(&module, handler, &context, now, entropy, &stop).end {
                End::Result(_) => Ok(()),
                other => bail!("{other:?}"),
            }
        })?;
    }
    Ok(())
}
