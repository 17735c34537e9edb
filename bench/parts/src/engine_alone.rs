//! The engine without HTTP and without a store: parse the input, decide, write the output.

use std::cell::RefCell;
use std::time::Duration;

use anyhow::{Result, ensure};
use base::{Entropy, Timestamp};
use engine::{Env, Execution, Identity, Input, Limits, decide, record};
use json::Value;

use crate::row;

pub(crate) const INPUT: &str = include_str!("input.json");

const DEFINITION: &str = r#"{"StartAt":"Select","States":{
    "Select":{"Type":"Pass","Parameters":{"id.$":"$.order.id","total.$":"$.order.total",
        "city.$":"$.customer.address.city","first.$":"$.order.items[0].name"},"ResultPath":"$.selected","Next":"Large?"},
    "Large?":{"Type":"Choice","Choices":[{"And":[{"Variable":"$.selected.total","NumericGreaterThan":100},
        {"Variable":"$.customer.active","BooleanEquals":true}],"Next":"Done"}],"Default":"Done"},
    "Done":{"Type":"Pass","OutputPath":"$.selected","End":true}}}"#;

const OUTPUT: &str = r#"{"id":"o-1842","total":250.75,"city":"Bern","first":"keyboard"}"#;

pub(crate) fn report(span: Duration) -> Result<()> {
    let compiled = asl::compile(DEFINITION, &asl::Options::default());
    let program = compiled.program.ok_or_else(|| anyhow::anyhow!("{:?}", compiled.diagnostics))?;
    let entropy = RefCell::new(Entropy::from_number(1));
    let limits = Limits::default();
    let started_at = Timestamp::from_millis(1_700_000_000_000);
    let run = |input: Value| -> (Execution, engine::Decision) {
        let identity = Identity {
            execution_arn: "arn:aws:states:us-east-1:000000000000:execution:m:e".into(),
            execution_name: "e".into(),
            state_machine_arn: "arn:aws:states:us-east-1:000000000000:stateMachine:m".into(),
            state_machine_name: "m".into(),
            role_arn: "arn:aws:iam::000000000000:role/r".into(),
            region: "us-east-1".into(),
            started_at,
            input: input.clone(),
            can_redrive: true,
        };
        let env = Env {
            program: &program,
            identity: &identity,
            limits: &limits,
            now: started_at,
            entropy: &entropy,
            budget: &asl::Budget::default(),
            activity_exists: &|_| true,
        };
        let mut execution = Execution::new();
        let decision = decide(
            &mut execution,
            Input::Start { machine: asl::ROOT, input, deadline: None },
            &env,
        );
        (execution, decision)
    };
    let parsed = Value::parse(INPUT)?;
    row("parse a 1 KB input", span, || {
        ensure!(!Value::parse(INPUT)?.is_empty());
        Ok(())
    })?;
    row("engine: Pass–Choice–Pass, input parsed", span, || {
        ensure!(!run(parsed.clone()).0.is_running());
        Ok(())
    })?;
    row("engine: parse, run, write the output", span, || {
        let (execution, _) = run(Value::parse(INPUT)?);
        let Some(engine::Outcome::Succeeded(output)) = execution.outcome() else {
            anyhow::bail!("it failed")
        };
        ensure!(output.to_string() == OUTPUT);
        Ok(())
    })?;
    row("engine: the same, with the turn's record encoded", span, || {
        let (_, decision) = run(Value::parse(INPUT)?);
        ensure!(!record::encode(&decision.events).is_empty());
        Ok(())
    })
}
