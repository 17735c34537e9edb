//! Paths and JSONata expressions, compiled once, over the same input.

use std::time::Duration;

use anyhow::Result;
use asl::path::Path;
use base::{Entropy, Timestamp};
use json::Value;
use jsonata::{Call, Expression, Limits, Profile};

use crate::engine_alone::INPUT;
use crate::row;

const PATHS: [&str; 6] = [
    "$.customer.address.city",
    "$.order.items[0].price",
    "$.order.items[*].sku",
    "$..price",
    "$.order.items[?(@.price > 41)].sku",
    "$.order.items[1:3].name",
];

const EXPRESSIONS: [&str; 5] = [
    "$states.input.customer.address.city",
    "$states.input.order.total > 100 and $states.input.customer.active",
    "$sum($states.input.order.items[price > 41].(price * quantity))",
    "{'id': $states.input.order.id, 'to': $states.input.customer.name & ', ' & $states.input.customer.address.city}",
    "$merge($map($states.input.order.items, function($item) { {$item.sku: $item.price} }))",
];

pub(crate) fn report(span: Duration) -> Result<()> {
    let input = Value::parse(INPUT)?;
    for text in PATHS {
        let path = Path::parse(text).map_err(|error| anyhow::anyhow!("{text}: {error:?}"))?;
        row(&format!("path `{text}`"), span, || {
            path.read(&input).map(drop).map_err(|miss| anyhow::anyhow!("{text}: {miss:?}"))
        })?;
    }
    let states = Value::object([("input", input)]);
    let bindings = |name: &str| (name == "states").then(|| states.clone());
    let mut entropy = Entropy::from_number(1);
    for text in EXPRESSIONS {
        let compile = || {
            Expression::compile(text, Profile::StepFunctions)
                .map_err(|error| anyhow::anyhow!("{text}: {error}"))
        };
        let expression = compile()?;
        row(&format!("JSONata `{text}`"), span, || {
            let mut call = Call {
                input: None,
                bindings: &bindings,
                now: Timestamp::from_millis(0),
                entropy: &mut entropy,
                limits: Limits::default(),
                steps: 0,
            };
            expression
                .evaluate(&mut call)
                .map(drop)
                .map_err(|error| anyhow::anyhow!("{text}: {error}"))
        })?;
    }
    row("JSONata compile of the last", span, || {
        Expression::compile(EXPRESSIONS[4], Profile::StepFunctions)
            .map(drop)
            .map_err(|error| anyhow::anyhow!("{error}"))
    })
}
