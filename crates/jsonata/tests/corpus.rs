//! The language's own suite, as far as it applies to 2.0.6: each case is an expression with what it gives.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use base::{Entropy, Timestamp};
use json::{Kind, Value};
use jsonata::{Call, Expression, Limits, Outcome, Profile};

/// Groups of later operators and of a function that Step Functions doesn't have.
const LEFT_OUT: [(&str, &str); 3] = [
    ("coalescing-operator", "`??` came with 2.1"),
    ("default-operator", "`?:` came with 2.1"),
    ("function-eval", "there is no `$eval`"),
];

#[test]
fn agrees_with_the_suite_of_the_language() -> Result<()> {
    let Some(folder) = corpus::folder("jsonata") else { return Ok(()) };
    // Deep values and deep limits of the suite want more than the stack of a test's thread.
    let run = std::thread::Builder::new().stack_size(64 << 20).spawn(move || Run::over(&folder))?;
    let run = run.join().map_err(|_| anyhow!("the run panicked"))??;
    for (reason, cases) in &run.left_out {
        println!("{} cases left out: {reason}: {}", cases.len(), cases.join(", "));
    }
    for failure in &run.failures {
        println!("FAILED {failure}");
    }
    println!("{} of {} cases pass", run.passed, run.passed + run.failures.len());
    assert!(
        run.failures.len() * 100 <= run.passed + run.failures.len(),
        "fewer than 99 % of the cases pass"
    );
    Ok(())
}

#[derive(Default)]
struct Run {
    passed: usize,
    failures: Vec<String>,
    left_out: BTreeMap<&'static str, Vec<String>>,
}

impl Run {
    fn over(folder: &Path) -> Result<Run> {
        let mut run = Run::default();
        for group in entries(&folder.join("groups"))? {
            for file in entries(&group)? {
                if file.extension().is_some_and(|extension| extension == "json") {
                    run.file(folder, &group, &file).with_context(|| file.display().to_string())?;
                }
            }
        }
        Ok(run)
    }

    fn file(&mut self, folder: &Path, group: &Path, file: &Path) -> Result<()> {
        let name = format!("{}/{}", file_name(group), file_name(file));
        if let Some((_, reason)) = LEFT_OUT.iter().find(|(left, _)| *left == file_name(group)) {
            self.left_out.entry(reason).or_default().push(name);
            return Ok(());
        }
        let text = fs::read_to_string(file)?;
        let Ok(content) = Value::parse(&text) else {
            self.left_out.entry("not a text (lone surrogates)").or_default().push(name);
            return Ok(());
        };
        let cases =
            if content.kind() == Kind::Array { content.items().collect() } else { vec![content] };
        for (place, case) in cases.iter().enumerate() {
            let expression = case.get("expr-file");
            let expression = expression.as_ref().and_then(Value::as_str);
            if expression.is_some_and(|expression| !group.join(expression).is_file()) {
                self.left_out.entry("its expression isn't there").or_default().push(name.clone());
                continue;
            }
            match check(folder, group, case)? {
                Ok(()) => self.passed += 1,
                Err(difference) => self.failures.push(format!("{name}#{place}: {difference}")),
            }
        }
        Ok(())
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>();
    let mut paths = paths?;
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn check(folder: &Path, group: &Path, case: &Value) -> Result<Result<(), String>> {
    let text = |name| case.get(name).and_then(|value| value.as_str().map(str::to_owned));
    let source = match text("expr-file") {
        Some(file) => fs::read_to_string(group.join(file))?,
        None => text("expr").context("a case has an expression")?,
    };
    let input = match (case.get("data"), text("dataset")) {
        (Some(data), _) => Some(data),
        (None, Some(dataset)) => {
            let file = folder.join("datasets").join(dataset + ".json");
            let read = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            Some(Value::parse(&read)?)
        }
        (None, None) => None,
    };
    let bindings = case.get("bindings").unwrap_or_default();
    let depth = case.get("depth").and_then(|depth| depth.as_i64());
    let limits = Limits {
        depth: depth.map_or(Limits::DEPTH_MAX, |depth| depth as u32),
        steps: if case.get("timelimit").is_some() { 50_000_000 } else { 500_000_000 },
        memory: 1 << 30,
    };
    let outcome = Expression::compile(&source, Profile::Plain).and_then(|expression| {
        expression.evaluate(&mut Call {
            input,
            bindings: &|name| bindings.get(name),
            now: Timestamp::from_millis(1_700_000_000_000),
            entropy: &mut Entropy::from_number(1),
            limits,
            steps: 0,
        })
    });
    let told = case.get("error").unwrap_or_default();
    let text_of = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let code = text("code").or_else(|| text_of(told.get("code")));
    let seen = match &outcome {
        Ok(Outcome::Value(value)) => value.to_string(),
        Ok(other) => format!("{other:?}"),
        Err(error) => format!("{} {error}", error.code),
    };
    let unordered = case.get("unordered").and_then(|flag| flag.as_bool()) == Some(true);
    let agrees = match (&outcome, &code) {
        (Err(error), Some(code)) => {
            let message = text_of(told.get("message"));
            let token = text_of(told.get("token"));
            error.code == code
                && message.is_none_or(|message| message == error.message)
                && token.is_none_or(|token| error.token == Some(token))
        }
        (Err(_), None) => false,
        (Ok(_), Some(_)) => false,
        (Ok(Outcome::Undefined), None) => case.get("undefinedResult").is_some(),
        (Ok(Outcome::Unsupported(_)), None) => case.get("undefinedResult").is_some(),
        (Ok(Outcome::Value(value)), None) => {
            case.get("result").is_some_and(|wanted| same(&wanted, value, unordered))
        }
    };
    let wanted = code.or_else(|| case.get("result").map(|result| result.to_string()));
    let wanted = wanted.unwrap_or_else(|| "undefined".to_owned());
    Ok(if agrees { Ok(()) } else { Err(format!("{source}\n  gave   {seen}\n  wanted {wanted}")) })
}

fn same(wanted: &Value, seen: &Value, unordered: bool) -> bool {
    if !unordered || wanted.kind() != Kind::Array {
        return wanted == seen;
    }
    let mut left: Vec<Value> = seen.items().collect();
    let found = wanted.items().all(|item| {
        let place = left.iter().position(|candidate| *candidate == item);
        place.map(|place| left.swap_remove(place)).is_some()
    });
    found && left.is_empty()
}
