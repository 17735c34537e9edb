//! Any definition that compiles, run: every task and map run gets an answer, time passes as it must.

use std::sync::Arc;

use asl::Options;
use json::Value;

use crate::text;
use crate::world::World;

/// What the execution starts with, and what every task answers.
const DATA: &str =
    r#"{"a":[1,2.5,{"b":null}],"b":"text","n":3,"t":"2024-01-01T00:00:00Z","":true}"#;
const STEPS_MAX: usize = 30;

pub(crate) fn run(bytes: &[u8]) {
    let text = text::of(bytes);
    let Some(program) = asl::compile(&text, &Options::default()).program else { return };
    let data = Value::parse(DATA).expect("it is JSON");
    let mut world = World::starting(Arc::clone(&program), data.clone());
    for _ in 0..STEPS_MAX {
        let open = world.execution.open_attempts().next();
        match open {
            Some(attempt) => world.succeed(attempt, data.clone()),
            None if world.execution.wake_at().is_some() => world.wake(),
            None => break,
        }
    }
    world.check();
}
