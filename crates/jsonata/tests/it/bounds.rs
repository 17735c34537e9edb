//! AWS's bounds were measured at both sides (reference §4.5); whatever else is hostile must end in an error.

use jsonata::{Expression, Limits, Profile};

use crate::{check, evaluate, evaluate_with, shown};

const TOO_DEEP: &str = ": Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive";
const TOO_LARGE: &str =
    ": Expression evaluation memory limit exceeded: Check for excessive memory usage";
const TOO_LONG: &str = ": Expression evaluation timeout: Check for infinite loop";

#[test]
fn nests_as_deep_as_aws_and_no_deeper() {
    let shapes: [fn(usize) -> String; 4] = [
        |levels| format!("1{}", "+1".repeat(levels)),
        |levels| format!("{}1{}", "(".repeat(levels), ")".repeat(levels)),
        |levels| format!("{}1{}", "[".repeat(levels), "]".repeat(levels)),
        |levels| format!("1{}", "~>$string".repeat(levels)),
    ];
    for shape in shapes {
        let accepted = shown(evaluate(&shape(99)));
        assert!(!accepted.starts_with(':'), "{}: {accepted}", shape(2));
        check(&shape(100), TOO_DEEP);
    }
}

#[test]
fn recurses_as_deep_as_aws_and_no_deeper() {
    let recursive =
        |calls| format!("($f := function($x){{ $x <= 0 ? 0 : 1 + $f($x-1) }}; $f({calls}))");
    check(&recursive(31), "31");
    check(&recursive(32), TOO_DEEP);
    check(&recursive(1_000_000), TOO_DEEP);
}

#[test]
fn holds_as_much_as_aws_and_no_more() {
    check("[1..873782] ~> $count()", "873782");
    check("[1..873783] ~> $count()", TOO_LARGE);
    check("$sum([1..900000])", TOO_LARGE);
    let doubled = |times| {
        format!(
            "($p := function($s, $n) {{ $n = 0 ? $s : $p($s & $s, $n - 1) }}; $length($p('x', {times})))"
        )
    };
    check(&doubled(22), "4194304");
    check(&doubled(23), TOO_LARGE);
}

#[test]
fn an_endless_tail_recursion_runs_out_of_steps() {
    let limits = Limits { steps: 100_000, ..Limits::AWS };
    for endless in [
        "($f := function($x){ $f($x+1) }; $f(1))",
        "($f := function(){ $g() }; $g := function(){ $f() }; $f())",
    ] {
        assert_eq!(shown(evaluate_with(endless, "{}", limits)), TOO_LONG, "{endless}");
    }
}

#[test]
fn a_long_tail_recursion_ends() {
    check(
        "($f := function($n, $s){ $n = 0 ? $s : $f($n - 1, $s + $n) }; $f(100000, 0))",
        "5000050000",
    );
}

#[test]
fn memory_that_is_let_go_may_be_used_again() {
    // Twenty arrays of 100,000 items, of which one is held at a time.
    check("$sum($map([1..20], function($i) { $count([1..100000].($)) }))", "2000000");
    check("$map([1..20], function($i) { [1..100000].($) }) ~> $count", TOO_LARGE);
}

#[test]
fn values_that_share_their_parts_do_not_explode_on_their_way_out() {
    let shared = |levels| {
        format!("$reduce([1..{levels}], function($a) {{ {{'l': $a, 'r': $a}} }}, 'leaf') ")
            .replace("function($a)", "function($a, $i)")
    };
    check(&format!("$count([{}])", shared(60)), "1");
    check(&shared(60), TOO_LARGE);
    check(&format!("$string({})", shared(60)), TOO_LARGE);
    let big = format!(r#"{{"text":["{}"]}}"#, "x".repeat(200_000));
    let repeated = evaluate_with("[1..100].[$states.input]", &big, Limits::AWS);
    assert_eq!(shown(repeated), TOO_LARGE);
}

#[test]
fn equality_of_large_values_is_paid_for() {
    let large = format!("[{}]", vec!["[0]"; 2000].join(","));
    let compared = "$count([1..100000][$states.input = $states.input & ''])";
    let limits = Limits { steps: 1_000_000, ..Limits::AWS };
    assert_eq!(shown(evaluate_with(compared, &large, limits)), TOO_LONG);
}

#[test]
fn deep_nesting_of_the_text_is_an_error() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{'a':", "}"),
        ("$f(", ")"),
        ("-", ""),
        ("function(){", "}"),
        ("1?", ""),
        ("|", "|"),
    ] {
        for levels in [2000, 200_000] {
            let source = format!("{}1{}", open.repeat(levels), close.repeat(levels));
            let compiled = Expression::compile(&source, Profile::StepFunctions);
            let error = compiled.expect_err(open);
            assert!(error.is_bound() || error.code.starts_with('S'), "{open}: {error}");
        }
    }
    for link in ["+1", ".a", "[0]", "~>$f", "(1)", " and 1", "^(a)", "?1:1", "@$a", "#$i"] {
        let source = format!("$a{}", link.repeat(200_000));
        assert!(Expression::compile(&source, Profile::StepFunctions).is_err(), "{link}");
    }
}

#[test]
fn the_deepest_expressions_that_compile_are_evaluated_without_overflow() {
    let limits = Limits { depth: u32::MAX, ..Limits::AWS };
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{'a':", "}"),
        ("$string(", ")"),
        ("1+(", ")"),
        ("$map(1,function(){", "})"),
    ] {
        for levels in 1..160 {
            let source = format!("{}1{}", open.repeat(levels), close.repeat(levels));
            if let Err(error) = evaluate_with(&source, "{}", limits) {
                assert!(error.is_bound(), "{open}: {error}");
            }
        }
    }
    let recursive = "($f := function($x){ [{'a': $map($x, function($y) { $f($y+1) })}] }; $f(1))";
    assert_eq!(shown(evaluate_with(recursive, "{}", limits)), TOO_DEEP);
}

#[test]
fn comparators_that_sort_end_without_overflow() {
    let limits = Limits { depth: u32::MAX, ..Limits::AWS };
    for recursive in [
        "($f := function($x){ $sort($x, function($a, $b){ $f($x) > $a }) }; $f($states.input))",
        "($f := function($x){ $x^($f($x)) }; $f($states.input))",
        "($f := function($x){ $x#$i^($f($x)) }; $f($states.input))",
    ] {
        for items in [3, 101, 10_001] {
            let list = format!("[{}1]", "1,".repeat(items - 1));
            let error = evaluate_with(recursive, &list, limits).expect_err(recursive);
            assert!(error.is_bound(), "{recursive} of {items}: {error}");
        }
    }
}

#[test]
fn deep_values_are_errors_or_let_go_without_overflow() {
    // Nested containers are bounded.
    check("$reduce([1..100000], function($a, $i) { {'a': $a} }, 1)", TOO_DEEP);
    check("$reduce([1..100000], function($a, $i) { [[$a]] }, 1)", TOO_DEEP);
    // Closures that hold closures aren't; they only must not be dropped one within the other.
    check("$type($reduce([1..30000], function($f, $i) { function() { $f } }, 1))", "\"function\"");
    check(
        "$type($reduce([1..30000], function($f, $i) { ($x := function() { $y }; $y := $f; $x) }, 1))",
        "\"function\"",
    );
    check(
        "($reduce([1..30000], function($f, $i) { $i = 2 ? $string ~> $string : $f ~> $string }); 1)",
        TOO_DEEP,
    );
    let deep = format!("{}1{}", r#"{"a":["#.repeat(499), "]}".repeat(499));
    for walk in [
        "$states.input.**",
        "$states.input = $parse($string($states.input))",
        "$states.input ~> |$|{}|",
        "$string($states.input)",
        "$distinct([$states.input, $states.input & ''])",
    ] {
        assert_eq!(shown(evaluate_with(walk, &deep, Limits::AWS)), TOO_DEEP, "{walk}");
    }
    let passed = evaluate_with("{'a': $states.input}", &deep, Limits::AWS);
    assert!(shown(passed).len() > 2000, "what is only passed on may be as deep as JSON is");
    let wrapped = evaluate_with("{'a': {'b': {'c': $states.input}}}", &deep, Limits::AWS);
    assert_eq!(shown(wrapped), TOO_DEEP, "no result is nested deeper than JSON may be");
}

#[test]
fn pictures_and_paddings_cannot_exhaust_memory() {
    check("$pad('', 1e9)", TOO_LONG);
    check("$pad('', 8e6)", TOO_LARGE);
    check("$formatInteger(1e300, 'I')", TOO_LARGE);
    check("$formatInteger(1, $pad('', 100000, '0'))", TOO_LONG);
    check("$formatNumber(1, $pad('', 100000, '0'))", TOO_LONG);
    check("$join($map([1..100000], function($i) { $pad('', 100) }))", TOO_LARGE);
    check("$replace($pad('', 1000000, 'x'), 'x', 'yyyyyyyyyyyy')", TOO_LARGE);
    check("$replace($pad('', 10000, 'x'), /x/, $pad('', 1000, 'y'))", TOO_LARGE);
    check("$count($split($pad('', 200000, 'line\n'), /\\n/))", "40001");
    check("$split($pad('', 3000000), '')", TOO_LARGE);
    check("$fromMillis(0, '[Y,999999999]')", TOO_LARGE);
}
