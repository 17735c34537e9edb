use jsonata::{Expression, Profile, References};

fn references(source: &str) -> References {
    Expression::compile(source, Profile::StepFunctions).expect(source).references().clone()
}

#[track_caller]
fn check_variables(source: &str, expected: &[&str]) {
    let found = references(source);
    assert_eq!(found.variables.iter().collect::<Vec<_>>(), expected, "{source}");
}

#[track_caller]
fn check_refused(source: &str, expected: &[&str]) {
    assert_eq!(references(source).refused, expected, "{source}");
}

#[test]
fn lists_the_variables_that_are_read() {
    check_variables("$sum($states.input.values) + $bias * $x.current", &["bias", "x"]);
    check_variables("($local := $other; $local + $string($b))", &["b", "other"]);
    check_variables("$map($list, function($v, $i) { $v * $i * $factor })", &["factor", "list"]);
    check_variables("$list@$a#$i.{'k': $a.n, 'i': $i, 'z': $z}", &["list", "z"]);
    check_variables("$list[$ > $least]^(>$weight){$key: $}", &["key", "least", "list", "weight"]);
    check_variables("($f := function($n) { $n = 0 ? 0 : $f($n - 1) }; $f(3))", &[]);
    check_variables("$list ~> |$|{'a': $b}, $c|", &["b", "c", "list"]);
    check_variables("$uppercase ~> $custom", &["custom"]);
    check_variables("'constant'", &[]);
}

#[test]
fn lists_the_members_of_states() {
    let found = references("$states.input.a & $states.errorOutput.Cause & $states.context");
    assert_eq!(found.states.iter().collect::<Vec<_>>(), ["context", "errorOutput", "input"]);
    assert!(!found.whole_states);
    assert!(references("$states").whole_states);
    assert!(references("$states.input[$ = $states]").whole_states);
    assert!(references("$states.*").whole_states);
    assert!(references("($states := 1; $states.input)").states.is_empty());
}

#[test]
fn refuses_names_where_there_is_no_context() {
    check_refused("phone", &["phone"]);
    check_refused("phone.number & fax & phone", &["phone", "fax"]);
    check_refused("{'a': name, 'b': [street]}", &["name", "street"]);
    check_refused("$uppercase(name)", &["name"]);
    check_refused("($x := name; $x)", &["name"]);
    check_refused("$", &["$"]);
    check_refused("$$.a", &["$$"]);
    check_refused("$states.input.items[$$.a = b]", &["$$"]);
    check_refused("* & **", &["*", "**"]);
    let sentences: Vec<String> = references("phone").refusals().collect();
    assert_eq!(sentences, ["Reference to 'phone' at the top level is not supported."]);
    let sentences: Vec<String> = references("$$.a").refusals().collect();
    assert_eq!(sentences, ["Reference to '$$' is not supported."]);
}

#[test]
fn refuses_calls_of_eval() {
    for called in ["$eval('1 + 1')", "'1' ~> $eval", "$map(['1'], function($v) { $eval($v) })"] {
        let sentences: Vec<String> = references(called).refusals().collect();
        assert_eq!(sentences, ["Function '$eval' is not supported."], "{called}");
    }
    for allowed in ["$eval", "($eval := function($v) { $v }; $eval(1))", "$evaluate(1)"] {
        assert_eq!(references(allowed).refusals().count(), 0, "{allowed}");
    }
    let plain = Expression::compile("$eval('1')", Profile::Plain).expect("compiles");
    assert_eq!(plain.references().refusals().count(), 0, "the plain language has it");
}

#[test]
fn allows_names_where_a_context_is() {
    for allowed in [
        "$states.input.name",
        "$states.input.items[price > 3 and $ != 'x'].{'n': name}",
        "$states.input.items^(price, >name)",
        "$states.input.items{sku: $sum(price)}",
        "$map([1], function($v) { $v })",
        "[1,2,3][$ > 1]",
        "{'a': 1}.a",
        "$states.input ~> |items|{'p': price}|",
    ] {
        check_refused(allowed, &[]);
    }
    let plain = Expression::compile("phone", Profile::Plain).expect("compiles");
    assert!(plain.references().refused.is_empty(), "the plain language has a context");
}
