//! Real workflows with one value changed: whatever becomes of them, they are told of or they compile.

use asl::{Options, Severity, compile};
use json::{Kind, Object, Value};

use super::folder::{files, folder};
use super::workflows::prepared;

/// How many changed definitions are enough for one run.
const MUTANTS_MAX: usize = 6_000;

/// Every definition that differs from `value` in one place: another kind of value, or nothing.
fn mutants(value: &Value, strange: &Value, found: &mut Vec<Value>) {
    found.push(strange.clone());
    let mut inner = Vec::new();
    match value.kind() {
        Kind::Object => {
            for (key, member) in value.entries() {
                mutants(&member, strange, &mut inner);
                found.extend(inner.drain(..).map(|mutant| value.with(key, mutant)));
                let mut object: Object = value.to_object().expect("is an object");
                object.remove(key);
                found.push(object.into());
            }
        }
        Kind::Array => {
            for (index, item) in value.items().enumerate() {
                mutants(&item, strange, &mut inner);
                found.extend(inner.drain(..).map(|mutant| {
                    let items = value.items().enumerate();
                    Value::array(
                        items.map(|(i, item)| if i == index { mutant.clone() } else { item }),
                    )
                }));
            }
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => {}
    }
}

#[test]
fn a_definition_compiles_or_its_errors_are_told() {
    let Some(folder) = folder("workflows") else { return };
    let strange = ["null", "true", "-1", "\"{% $x + %}\"", "\"$.a[*]\"", "[]", "[{}]", "{}"];
    let mut all = Vec::new();
    for (index, path) in files(&folder, "json").iter().enumerate() {
        let value = prepared(path);
        let strange = Value::parse(strange[index % strange.len()]).expect("is JSON");
        mutants(&value, &strange, &mut all);
    }
    let every = all.len().div_ceil(MUTANTS_MAX);
    let (mut compiled, mut refused) = (0, 0);
    for mutant in all.iter().step_by(every) {
        let outcome = compile(&mutant.to_string(), &Options::default());
        let errs = outcome.diagnostics.iter().any(|found| found.severity() == Severity::Error);
        assert_eq!(outcome.program.is_none(), errs, "{mutant}");
        if errs { refused += 1 } else { compiled += 1 }
    }
    println!("changed workflows: {compiled} compile, {refused} are refused");
    assert!(0 < compiled && compiled < refused, "changes matter, but not always");
}
