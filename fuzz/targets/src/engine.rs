//! Any sequence of inputs to executions of fixed definitions.
//!
//! The first byte, a digit, picks the definition. Each further letter is something that happens, most with the byte
//! after it as its operand: which of the open attempts it concerns. Anything else stands for nothing.

use std::sync::Arc;

use asl::{Failure, Options};
use engine::Input;
use engine::event::TaskFailure;
use json::Value;

use crate::world::World;

const DEFINITIONS: [&str; 5] = [
    include_str!("engine/everything.asl.json"),
    include_str!("engine/loop.asl.json"),
    include_str!("engine/jobs.asl.json"),
    include_str!("engine/map_run.asl.json"),
    include_str!("engine/nested.asl.json"),
];
const INPUT: &str = r#"{"items":[1,2,3],"n":0,"seconds":3}"#;
const STEPS_MAX: usize = 60;

pub(crate) fn run(bytes: &[u8]) {
    let mut bytes = bytes.iter().copied();
    let digit = bytes.next().unwrap_or_default().wrapping_sub(b'0');
    let definition = DEFINITIONS[usize::from(digit) % DEFINITIONS.len()];
    let compiled = asl::compile(definition, &Options::default());
    let program = compiled.program.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    let input = Value::parse(INPUT).expect("it is JSON");
    let mut world = World::starting(Arc::clone(&program), input.clone());
    let mut steps = 0;
    while let (Some(letter), true) = (bytes.next(), steps < STEPS_MAX) {
        if letter.is_ascii_alphabetic() {
            steps += 1;
            take(&mut world, letter, || bytes.next().unwrap_or_default(), &input);
        }
    }
    world.check();
}

fn take(world: &mut World, letter: u8, mut operand: impl FnMut() -> u8, input: &Value) {
    let mut attempt = |world: &World| {
        let open: Vec<u64> = world.execution.open_attempts().collect();
        let operand = operand();
        // Now and then one that isn't open, or never was.
        open.get(usize::from(operand) % (open.len() + 1)).copied().unwrap_or(operand.into())
    };
    match letter {
        b's' => {
            let input = Input::TaskStarted { attempt: attempt(world), worker: Some("w".into()) };
            world.feed(input);
        }
        b'o' => world.succeed(attempt(world), input.clone()),
        b't' => world.submit(attempt(world), input.clone()),
        b'f' => world.fail(attempt(world), TaskFailure::Failed, "Flaky"),
        b'g' => world.fail(attempt(world), TaskFailure::StartFailed, "Again"),
        b'h' => world.fail(attempt(world), TaskFailure::TimedOut, "States.Timeout"),
        b'b' => {
            let input = Input::Heartbeat { attempt: attempt(world) };
            world.feed(input);
        }
        b'w' => world.wake(),
        b'c' => world.feed(Input::Continue),
        b'x' => world.feed(Input::Stop(Failure::default())),
        b'r' => world.feed(Input::Redrive { deadline: None }),
        _ => {}
    }
}
