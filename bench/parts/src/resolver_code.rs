//! Code of resolvers, warm: `ctx` handed over, code run, its value and stash taken back.
//!
//! Budgets: 60 µs for a handler in APPSYNC_JS, of which QuickJS takes about 10 to build the objects that the code makes;
//! 20 µs for a mapping template as Amplify generates them to get an item.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use base::{Entropy, Stop, Timestamp};
use json::Value;
use resolver::template::{OBJECT, Template};
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

/// In the shape of those that Amplify's transformer writes.
const TEMPLATE: &str = r#"
#set( $request = { "version": "2018-05-29", "operation": "GetItem" } )
#if( $ctx.stash.metadata.modelObjectKey )
  #set( $key = $ctx.stash.metadata.modelObjectKey )
#else
  #set( $key = { "id": $util.dynamodb.toDynamoDB($ctx.args.input.id) } )
#end
$util.qr($request.put("key", $key))
$util.toJson($request)
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
    let template = Template::parse(TEMPLATE).map_err(|failure| anyhow!("{failure:?}"))?;
    row("VTL: a template that gets an item", span, || {
        let entropy = Entropy::from_number(1);
        match template.evaluate(&context, OBJECT, now, entropy, &stop).end {
            End::Result(_) => Ok(()),
            other => bail!("{other:?}"),
        }
    })
}
