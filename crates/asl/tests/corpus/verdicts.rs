//! What two public linters hold of definitions, and where AWS differs from them.

use asl::{Options, compile, invalid_definition};

use super::folder::{conclude, files, folder, name, read};

fn check(set: &str, is_valid: impl Fn(&str) -> bool, aws_differs: &[(&str, &str)]) {
    let Some(folder) = folder(set) else { return };
    let (mut total, mut failures) = (0, Vec::new());
    for path in files(&folder, ".json") {
        total += 1;
        let name = name(&path);
        let refusal = invalid_definition(&compile(&read(&path), &Options::default()).diagnostics);
        let differs = aws_differs.iter().any(|(file, _)| *file == name);
        if refusal.is_none() != (is_valid(&name) != differs) {
            failures.push(format!("{name}: {refusal:?}"));
        }
    }
    println!("{set}: AWS differs in {} cases", aws_differs.len());
    conclude(set, total, &failures);
}

#[test]
fn asl_validator_agrees_but_where_aws_differs() {
    check("asl-validator", |name| name.starts_with("valid"), &[]);
}

#[test]
fn statelint_agrees_but_where_aws_differs() {
    check("statelint", |_| true, &[]);
}
