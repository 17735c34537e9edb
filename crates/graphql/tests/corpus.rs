//! The scenarios of graphql-cats, the kitchen sinks of graphql-js and the schemas that Amplify deploys.

use std::fs;
use std::path::{Path, PathBuf};

use graphql::{Definitions, Document, Error, Introspection, Schema};

/// Scenarios that don't apply, and why.
const LEFT_OUT: [(&str, &str); 1] = [(
    "within schema language with misplaced directives",
    "a request defines no types: AppSync refuses such a document whole",
)];

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn agrees_with_the_scenarios_of_graphql_cats() {
    let Some(folder) = corpus::folder("appsync/graphql-cats/scenarios") else { return };
    let schema = read(&folder.join("validation/validation.schema.graphql"));
    let schema = Schema::parse(&schema).expect("the schema of the scenarios holds together");
    let (mut passed, mut failures) = (0, Vec::new());
    for file in
        ["parsing/SchemaParser", "validation/FieldsOnCorrectType", "validation/KnownDirectives"]
    {
        for scenario in Scenario::read(&read(&folder.join(format!("{file}.yaml")))) {
            if let Some((_, reason)) = LEFT_OUT.iter().find(|(name, _)| *name == scenario.name) {
                println!("left out: {}: {reason}", scenario.name);
                continue;
            }
            match scenario.run(&schema) {
                Ok(()) => passed += 1,
                Err(fault) => failures.push(format!("{file}: {}: {fault}", scenario.name)),
            }
        }
    }
    failures.iter().for_each(|failure| println!("FAILED {failure}"));
    println!("{passed} of {} cases pass", passed + failures.len());
    assert!(failures.is_empty(), "scenarios fail");
    assert!(40 < passed, "the scenarios were read");
}

/// One scenario of the YAML files, which are of one form.
#[derive(Debug, Default)]
struct Scenario {
    name: String,
    query: String,
    rules: Vec<String>,
    syntax_error: bool,
    /// What is expected: code and place.
    errors: Vec<(String, u32, u32)>,
}

impl Scenario {
    fn read(text: &str) -> Vec<Scenario> {
        let mut scenarios: Vec<Scenario> = Vec::new();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let trimmed = line.trim().trim_start_matches("- ");
            let (key, rest) = trimmed.split_once(':').unwrap_or((trimmed, ""));
            let rest = rest.trim();
            let indent = line.len() - line.trim_start().len();
            if key == "name" {
                scenarios.push(Scenario { name: rest.to_owned(), ..Scenario::default() });
            }
            let Some(scenario) = scenarios.last_mut() else { continue };
            let last_error = scenario.errors.last_mut();
            match key {
                "query" if rest.starts_with('|') => {
                    while let Some(inner) = lines.next_if(|inner| {
                        inner.trim().is_empty() || inner.len() - inner.trim_start().len() > indent
                    }) {
                        scenario.query.push_str(inner.get(indent + 2..).unwrap_or(""));
                        scenario.query.push('\n');
                    }
                }
                "query" => scenario.query = rest.to_owned(),
                "syntax-error" => scenario.syntax_error = true,
                "error-code" => scenario.errors.push((rest.to_owned(), 0, 0)),
                "line" => {
                    if let Some(error) = last_error {
                        error.1 = rest.parse().expect("a line");
                    }
                }
                "column" => {
                    if let Some(error) = last_error {
                        error.2 = rest.parse().expect("a column");
                    }
                }
                "FieldsOnCorrectType" | "KnownDirectives" => scenario.rules.push(key.to_owned()),
                _ => {}
            }
        }
        scenarios
    }

    fn run(&self, schema: &Schema) -> Result<(), String> {
        let document = match Document::parse(&self.query) {
            Ok(_) if self.syntax_error => return Err("is accepted".to_owned()),
            Ok(document) => document,
            Err(_) if self.syntax_error => return Ok(()),
            Err(error) => return Err(error.message),
        };
        let errors = document.validate(schema, Introspection::Enabled);
        let found: Vec<_> = errors.iter().filter_map(|error| self.code(error)).collect();
        if found == self.errors { Ok(()) } else { Err(format!("{found:?}, not {:?}", self.errors)) }
    }

    /// An error of the rules that the scenario is about, by its code there.
    fn code(&self, error: &Error) -> Option<(String, u32, u32)> {
        const CODES: [(&str, &str, &str); 3] = [
            ("FieldsOnCorrectType", "FieldUndefined", "undefinedField"),
            ("KnownDirectives", "UnknownDirective", "unknownDirective"),
            ("KnownDirectives", "MisplacedDirective", "misplacedDirective"),
        ];
        let kind = error.message.strip_prefix("Validation error of type ")?.split(':').next()?;
        let (_, _, code) = CODES
            .iter()
            .find(|(rule, of, _)| *of == kind && self.rules.iter().any(|wanted| wanted == rule))?;
        let at = error.locations.first()?;
        Some(((*code).to_owned(), at.line, at.column))
    }
}

#[test]
fn reads_the_kitchen_sinks() {
    let Some(folder) = corpus::folder("appsync/graphql-js") else { return };
    Document::parse(&read(&folder.join("kitchenSinkQuery.graphql"))).expect("the query parses");
    // The file was taken from a template of JavaScript, in which a backtick is escaped.
    let types = read(&folder.join("kitchenSinkSDL.graphql")).replace("\\`", "`");
    let definitions = Definitions::parse(&types).expect("the types parse");
    let printed = definitions.to_string();
    let again = Definitions::parse(&printed).expect("what was printed parses").to_string();
    assert_eq!(printed, again);
    println!("2 of 2 cases pass");
}

#[test]
fn takes_the_schemas_that_amplify_deploys() {
    let Some(folder) = corpus::folder("appsync/amplify-transformer-vtl-corpus/schemas") else {
        return;
    };
    let mut passed = 0;
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    for file in &files {
        let schema = Schema::parse(&read(file))
            .unwrap_or_else(|problems| panic!("{}: {problems:?}", file.display()));
        let again = Schema::parse(&schema.sdl(true)).expect("what was printed parses");
        assert_eq!(schema.sdl(true), again.sdl(true), "{}", file.display());
        let shown =
            json::Value::parse(&schema.introspection_json()).expect("introspection is JSON");
        let types = shown.get("data").and_then(|data| data.get("__schema")?.get("types"));
        assert!(types.is_some_and(|types| 10 < types.len()), "{}: {shown}", file.display());
        passed += 1;
    }
    println!("{passed} of {} cases pass", files.len());
}
