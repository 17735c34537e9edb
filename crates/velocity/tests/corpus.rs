//! Templates of others: those that Amplify deploys, Apache Velocity's own, and velocity.js's.
//!
//! What differs on purpose is listed with the reason; a case in a list that agrees after all is a failure too.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use base::Stop;
use corpus::Difference;
use velocity::{Fault, Heap, Host, HostObject, Limits, Program, Value};

/// The variables of a JSON document.
struct Variables(json::Value);

impl Host for Variables {
    fn variable(&mut self, heap: &mut Heap, name: &str) -> Value {
        heap.import(&self.0.get(name).unwrap_or_default())
    }

    fn property(&mut self, _: &mut Heap, _: HostObject, _: &str) -> Value {
        Value::Null
    }

    fn assign(&mut self, _: &mut Heap, _: HostObject, _: &str, _: Value) -> bool {
        false
    }

    fn call(
        &mut self,
        _: &mut Heap,
        _: HostObject,
        _: &str,
        _: &[Value],
    ) -> Result<Option<Value>, Fault> {
        Ok(None)
    }
}

fn render(template: &str, variables: json::Value) -> String {
    let (mut heap, stop) = (Heap::new(&Limits::AWS), Stop::default());
    let rendered = Program::parse(template).and_then(|program| {
        program.evaluate(&mut Variables(variables), &mut heap, &Limits::AWS, &stop)
    });
    match rendered {
        Ok(output) => output.text,
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn templates_of_amplify_parse() -> Result<()> {
    let Some(folder) = corpus::folder("appsync/amplify-transformer-vtl-corpus/vtl") else {
        return Ok(());
    };
    let mut failures = BTreeMap::new();
    let mut total = 0;
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let name = path.file_name().context("a file has a name")?.to_string_lossy().into_owned();
        total += 1;
        if let Err(error) = Program::parse(&fs::read_to_string(&path)?) {
            failures.insert(name, error.to_string());
        }
    }
    corpus::judge_but(total, &failures, AMPLIFY_DIFFERENCES);
    Ok(())
}

const AMPLIFY_DIFFERENCES: &[Difference] =
    &[("it is JSON of CloudFormation with pieces of a template in it", &["eaf80a184e33.vtl"])];

#[test]
fn templates_of_velocity_render_alike() -> Result<()> {
    let Some(folder) = corpus::folder("appsync/velocity-engine") else { return Ok(()) };
    let pairs = json::Value::parse(&fs::read_to_string(folder.join("pairs.json"))?)?;
    let mut disagreeing = BTreeMap::new();
    let mut total = 0;
    for pair in pairs.items() {
        let member = |name: &str| pair.get(name).unwrap_or_default();
        if member("usesJavaContext").as_bool() != Some(false) {
            continue;
        }
        let (template, expected) = (member("template"), member("expected"));
        let name = template.as_str().context("a pair names its template")?;
        let read = |name: &json::Value| {
            let bytes = fs::read(folder.join(name.as_str().unwrap_or_default()))?;
            anyhow::Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        total += 1;
        let (expected, rendered) = (read(&expected)?, render(&read(&template)?, json::Value::NULL));
        // Their comparison ignores the kind of line ends and blanks around the whole.
        let plain = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
        if plain(&expected) != plain(&rendered) {
            disagreeing
                .insert(name.to_owned(), format!("wanted {expected:?}\ngot    {rendered:?}"));
        }
    }
    corpus::judge_but(total, &disagreeing, VELOCITY_DIFFERENCES);
    Ok(())
}

const VELOCITY_DIFFERENCES: &[Difference] = &[
    (
        "AppSync has no #macro, #parse, #include and #evaluate",
        &[
            "evaluate/eval1.vm",
            "evaluate/eval2.vm",
            "evaluate/evalvmcontext.vm",
            "methodoverloading/main.vm",
            "parsemacros/parseMacro3.vm",
            "templates/curly-directive.vm",
            "templates/parse.vm",
            "templates/vm_test1.vm",
            "templates/vm_test2.vm",
        ],
    ),
    (
        "it uses Java objects of the test's context, which the list of pairs doesn't tell",
        &[
            "methodoverloading/single.vm",
            "templates/commas.vm",
            "templates/foreach-variable.vm",
            "templates/quotes.vm",
        ],
    ),
    ("iterators of lists can't be called", &["templates/foreach-introspect.vm"]),
];

#[test]
fn templates_of_velocity_js_render_alike() -> Result<()> {
    let Some(folder) = corpus::folder("appsync/velocityjs") else { return Ok(()) };
    let cases = json::Value::parse(&fs::read_to_string(folder.join("vectors.json"))?)?;
    let mut disagreeing = BTreeMap::new();
    for (place, case) in cases.items().enumerate() {
        let text = |name: &str| case.get(name).and_then(|text| text.as_str().map(str::to_owned));
        let template = text("template").context("a case has a template")?;
        let expected = text("output").context("a case has an output")?;
        let rendered = render(&template, case.get("context").unwrap_or_default());
        if rendered != expected {
            disagreeing.insert(
                place.to_string(),
                format!("{template:?}\nwanted {expected:?}\ngot    {rendered:?}"),
            );
        }
    }
    corpus::judge_but(cases.len(), &disagreeing, VELOCITY_JS_DIFFERENCES);
    Ok(())
}

/// Each was run through Apache Velocity 1.7, which renders what we do unless there is a #macro or #define.
const VELOCITY_JS_DIFFERENCES: &[Difference] = &[
    (
        "AppSync has no #macro and #define",
        &["6", "7", "8", "9", "10", "11", "12", "35", "63", "64", "90"],
    ),
    (
        "Velocity drops blanks before #set and ends of lines behind directives, velocity.js doesn't",
        &[
            "24", "38", "39", "40", "41", "42", "44", "45", "58", "59", "60", "61", "88", "89",
            "93", "94", "95", "96",
        ],
    ),
    ("an index that can't be read is an error", &["17"]),
    ("a list has no items beyond its end", &["43"]),
    ("an entry shows as key=value", &["48"]),
    (
        "Java's lists and maps have no setters and getters by convention",
        &["65", "66", "67", "68", "69", "87"],
    ),
    ("an argument that can't be read is text", &["62"]),
    ("JSON can't hold the functions of the context", &["23", "78"]),
    ("Velocity escapes nothing", &["79"]),
    ("names of members begin with a letter", &["80"]),
];
