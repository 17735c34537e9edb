//! The language itself. Hostile templates are in `resolver`'s tests, with all that a template may call.

use base::Stop;
use velocity::{Fault, Heap, Host, HostObject, Limits, Program, Value};

/// A host of one variable, `$host`, that answers with what it was asked.
struct Echo;

impl Host for Echo {
    fn variable(&mut self, _: &mut Heap, name: &str) -> Value {
        if name == "host" { Value::Host(HostObject(1)) } else { Value::Null }
    }

    fn property(&mut self, _: &mut Heap, _: HostObject, name: &str) -> Value {
        Value::Text(format!("<{name}>").into())
    }

    fn assign(&mut self, _: &mut Heap, _: HostObject, _: &str, _: Value) -> bool {
        false
    }

    fn call(
        &mut self,
        heap: &mut Heap,
        _: HostObject,
        method: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Fault> {
        match method {
            "throw" => Err(Fault::Thrown("java.lang.Exception: thrown".into())),
            "end" => Err(Fault::Raised),
            "none" => Ok(None),
            _ => Ok(Some(heap.list(arguments.to_vec()))),
        }
    }
}

fn render(template: &str) -> String {
    let (mut heap, stop) = (Heap::new(&Limits::AWS), Stop::default());
    let rendered = Program::parse(template)
        .and_then(|program| program.evaluate(&mut Echo, &mut heap, &Limits::AWS, &stop));
    match rendered {
        Ok(output) => match output.returned {
            None => output.text,
            Some(value) => format!("returned {}", heap.text(&value).expect("it has a text")),
        },
        Err(error) => format!("error: {error}"),
    }
}

#[track_caller]
fn check(template: &str, expected: &str) {
    assert_eq!(render(template), expected, "{template}");
}

/// `rendered.txt` holds what Apache Velocity 1.7 renders, and the messages of its parser.
#[test]
fn templates_render_as_in_velocity_1_7() {
    let cases = include_str!("rendered.txt").trim_end_matches('\n').split("\n====\n");
    let mut failures = Vec::new();
    let mut total = 0;
    for case in cases {
        let (template, expected) = case.split_once("\n----\n").expect("a case has two parts");
        let rendered = render(template);
        total += 1;
        // The last line end of the file isn't part of the last case.
        if rendered.trim_end_matches('\n') != expected.trim_end_matches('\n') {
            failures.push(format!("{template}\nwanted {expected:?}\ngot    {rendered:?}"));
        }
    }
    assert!(60 < total, "there are cases");
    assert!(failures.is_empty(), "{} of {total}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn null_is_a_value_to_set_and_to_pass() {
    check("#set($x = 1)#set($x = null)$x $!x", "$x ");
    check("#set($m = {\"a\": null})$m #if($m.a == null)none#end", "{a=null} none");
    check("$host.list(null, 1)", "[null, 1]");
}

#[test]
fn a_return_ends_the_template() {
    check("a #return({\"b\": [1]}) c", "returned {b=[1]}");
    check("a #foreach($i in [1, 2])#return($i)#end c", "returned 1");
    check("a #if(true)#return#end c", "returned null");
    check("a #stop c", "a ");
}

#[test]
fn hosts_answer_and_throw() {
    check("$host.name $host.list($host.a, 'b') $host.none(1)", "<name> [<a>, b] $host.none(1)");
    check(
        "\n $host.throw()",
        "error: Invocation of method 'throw' in  class java.lang.Object threw exception java.lang.Exception: thrown at velocity[line 2, column 8]",
    );
    check("$host.end()", "error: the host ended the evaluation");
}

#[test]
fn words_of_operators_are_names_behind_a_dot() {
    check("#set($m = {\"or\": 1, \"and\": {\"not\": 2}})$m.or $m.and.not", "1 2");
}

#[test]
fn members_that_share_a_list_see_it_change() {
    check(
        "#set($a = {\"l\": [1]})#set($b = $a.l)#set($n = $b.add(2))#set($c = {\"l\": $b})#set($c.l[0] = 9)$a",
        "{l=[9, 2]}",
    );
}

#[test]
fn what_comes_in_as_json_is_shared_too() {
    let mut heap = Heap::new(&Limits { bytes: 1 << 20, ..Limits::AWS });
    let value = json::Value::parse(r#"{"a": {"b": [1, {"c": 2.50}]}}"#).expect("JSON");
    let imported = heap.import(&value);
    assert_eq!(heap.export(&imported).expect("exports").to_string(), value.to_string());
    let inner = heap.member(&imported, "a");
    assert!(heap.set_member(&inner, "d", Value::Bool(true)));
    let exported = heap.export(&imported).expect("exports");
    assert_eq!(exported.to_string(), r#"{"a":{"b":[1,{"c":2.50}],"d":true}}"#);
}

#[test]
fn a_loop_tells_where_it_is() {
    check(
        "#foreach($i in [7, 8])$foreach.getIndex()$foreach.hasNext()$!foreach.get()#end",
        "0true1false",
    );
}

#[test]
fn unknown_directives_are_text() {
    check("#key = #date ($x) #include(\"a\")", "#key = #date ($x) #include(\"a\")");
    assert!(
        render("#macro(m)x#end").contains("Encountered \"#end\" at velocity[line 1, column 11]")
    );
}
