//! The JSONPath dialect: one path, one document, what comes out.

use asl::path::{MissKind, Path, Root};
use json::Value;
use proptest::prelude::*;

fn value(text: &str) -> Value {
    Value::parse(text).expect("test documents are JSON")
}

fn check(path: &str, document: &str, expected: &str) {
    let parsed = Path::parse(path).unwrap_or_else(|error| panic!("{path}: {error:?}"));
    let found = parsed.read(&value(document)).unwrap_or_else(|miss| panic!("{path}: {miss:?}"));
    assert_eq!(found.to_string(), value(expected).to_string(), "{path} in {document}");
}

fn check_miss(path: &str, document: &str, kind: MissKind, message: &str) {
    let parsed = Path::parse(path).unwrap_or_else(|error| panic!("{path}: {error:?}"));
    let miss = parsed.read(&value(document)).expect_err(path);
    assert_eq!((miss.kind, miss.message.as_str()), (kind, message), "{path} in {document}");
}

fn check_error(path: &str, message: &str) {
    let error = Path::parse(path).expect_err(path);
    assert_eq!(error.message, message, "{path}");
}

const STORE: &str = r#"{"store":{"book":[
    {"category":"reference","author":"Nigel Rees","title":"Sayings","price":8.95},
    {"category":"fiction","author":"Evelyn Waugh","title":"Sword","price":12.99},
    {"category":"fiction","author":"Herman Melville","title":"Moby Dick","isbn":"0-553","price":8.99},
    {"category":"fiction","author":"J. R. R. Tolkien","title":"Lord","isbn":"0-395","price":22.99}],
    "bicycle":{"color":"red","price":19.95}},"expensive":10}"#;

#[test]
fn definite_paths_yield_the_value() {
    check("$", "[1]", "[1]");
    check("$.a", r#"{"a":null}"#, "null");
    check("$.a.b[1].c", r#"{"a":{"b":[0,{"c":1.0}]}}"#, "1.0");
    check("$['a b']['c']", r#"{"a b":{"c":1}}"#, "1");
    check(r#"$["a"]"#, r#"{"a":1}"#, "1");
    check("$.a[-1]", r#"{"a":[1,2,3]}"#, "3");
    check("$.delivery-partner", r#"{"delivery-partner":1}"#, "1");
    check("$.größe", r#"{"größe":1}"#, "1");
    check("$.a.0", r#"{"a":{"0":1}}"#, "1");
    check("$.['a'].b", r#"{"a":{"b":1}}"#, "1");
    check("$.@type", r#"{"@type":1}"#, "1");
    check("$[0][1]", "[[1,2]]", "2");
    check(" $.a ", r#"{"a":1}"#, "1");
}

#[test]
fn quotes_and_backslashes_in_names() {
    check(r#"$['it\'s']"#, r#"{"it's":1}"#, "1");
    check(r#"$['a.b']"#, r#"{"a.b":1}"#, "1");
    check(r#"$['a,b']"#, r#"{"a,b":1}"#, "1");
    check(r#"$['a]b']"#, r#"{"a]b":1}"#, "1");
    // Recorded: base_scenarios_escape_sequence_parsing_ESCAPE_SEQUENCES_JSONPATH.
    check(r#"$['Test\""Name"']"#, r#"{"Test\\\"\"Name\"":"Value\"\\"}"#, r#""Value\"\\""#);
    // The specification's examples of reference paths.
    check(r"$.store\.book", r#"{"store.book":1}"#, "1");
    check(r"$.\stor\e.boo\k", r#"{"store":{"book":1}}"#, "1");
    check(r"$.foo\@bar.baz\[\[.\?pretty", r#"{"foo@bar":{"baz[[":{"?pretty":1}}}"#, "1");
    check("$.&Ж中.\u{10346}", "{\"&Ж中\":{\"\u{10346}\":1}}", "1");
}

#[test]
fn definite_paths_without_a_value_miss_with_the_message_of_jayway() {
    use MissKind::{Absent, BeyondEnd, NotArray};
    check_miss("$.a", "{}", Absent, "No results for path: $['a']");
    check_miss("$.a.b", r#"{"a":{}}"#, Absent, "No results for path: $['a']['b']");
    // Recorded: base_scenarios_catch_states_runtime.
    check_miss("$.no.such.path", "{}", Absent, "Missing property in path $['no']");
    check_miss("$.a[5]", r#"{"a":[1]}"#, BeyondEnd, "No results for path: $['a'][5]");
    check_miss("$.a[-2]", r#"{"a":[1]}"#, BeyondEnd, "No results for path: $['a'][-2]");
    check_miss("$.a[5].x", r#"{"a":[1]}"#, Absent, "No results for path: $['a'][5]['x']");
    // Measured on AWS: floci-io/floci, AslExecutorIntrinsicMissingArgumentTest.
    check_miss(
        "$.other[0]",
        r#"{"other":1}"#,
        NotArray,
        "Filter: [0] can only be applied to arrays. Current context is: 1",
    );
    check_miss("$.a[0]", r#"{"a":null}"#, Absent, "The path $['a'] is null");
    check_miss(
        "$.a.b",
        r#"{"a":"text"}"#,
        Absent,
        "Expected to find an object with property ['b'] in path $['a'] but found 'java.lang.String'. This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonProvider'.",
    );
}

#[test]
fn indefinite_paths_yield_an_array_even_of_nothing() {
    check("$.a[*]", r#"{"a":[1,2]}"#, "[1,2]");
    check("$.a[*]", r#"{"a":[]}"#, "[]");
    check("$.*", r#"{"a":1,"b":[2]}"#, "[1,[2]]");
    check("$[*].x", r#"[{"x":1},{"y":2},3,{"x":null}]"#, "[1,null]");
    check("$.a[0,2]", r#"{"a":[1,2,3]}"#, "[1,3]");
    check("$.a[0, 9]", r#"{"a":[1,2,3]}"#, "[1]");
    check(
        "$.store.book[*].author",
        STORE,
        r#"["Nigel Rees","Evelyn Waugh","Herman Melville","J. R. R. Tolkien"]"#,
    );
    // Recorded: base_json_path_array_wildcard_or_slice_with_no_input.
    for path in ["$[*]", "$.items[1:]", "$.items[:1].itemValue", "$.item.items[1:5].itemValue"] {
        check(path, "{}", "[]");
    }
    check("$.a[1:]", r#"{"a":1}"#, "[]");
}

#[test]
fn slices_count_as_jayway_does() {
    let document = r#"{"a":[0,1,2,3,4]}"#;
    check("$.a[1:3]", document, "[1,2]");
    check("$.a[3:]", document, "[3,4]");
    check("$.a[:2]", document, "[0,1]");
    check("$.a[-2:]", document, "[3,4]");
    check("$.a[:-2]", document, "[0,1,2]");
    check("$.a[-9:]", document, "[0,1,2,3,4]");
    check("$.a[3:99]", document, "[3,4]");
    check("$.a[7:9]", document, "[]");
    // Jayway takes both ends as they are, and counts through zero.
    check("$.a[0:-1]", document, "[]");
    check("$.a[-1:2]", document, "[4,0,1]");
    // There is no step in Jayway: it is read and ignored.
    check("$.a[0:4:2]", document, "[0,1,2,3]");
}

#[test]
fn unions_of_names_merge_at_the_end_and_spread_before_it() {
    check("$['a','b']", r#"{"a":1,"b":2,"c":3}"#, r#"{"a":1,"b":2}"#);
    check("$['a','x']", r#"{"a":1}"#, r#"{"a":1}"#);
    check("$['a','b'].v", r#"{"a":{"v":1},"b":{"v":2}}"#, "[1,2]");
    check(
        "$.l[*]['a', 'b']",
        r#"{"l":[{"a":1,"b":2,"c":3},{"b":4}]}"#,
        r#"[{"a":1,"b":2},{"b":4}]"#,
    );
}

#[test]
fn scans_find_parents_before_children() {
    check("$..price", STORE, "[8.95,12.99,8.99,22.99,19.95]");
    check("$..a", r#"{"a":{"a":1,"b":[{"a":2}]}}"#, r#"[{"a":1,"b":[{"a":2}]},1,2]"#);
    check("$..book[2].title", STORE, r#"["Moby Dick"]"#);
    check("$..[0]", "[[1,2],[3]]", "[[1,2],1,3]");
    check("$..*", r#"{"a":{"b":1}}"#, r#"[{"b":1},1]"#);
    check("$.store..color", STORE, r#"["red"]"#);
    check("$..book[?(@.isbn)].title", STORE, r#"["Moby Dick","Lord"]"#);
    check("$..nothing", STORE, "[]");
    check("$..[?(@.color)].price", STORE, "[19.95]");
}

#[test]
fn filters_compare() {
    let list = r#"[{"n":1,"s":"a"},{"n":2,"s":"b","t":null},{"n":3.5,"s":"c"},{"s":"d"}]"#;
    check("$[?(@.n == 2)].s", list, r#"["b"]"#);
    check("$[?(@.n==2)].s", list, r#"["b"]"#);
    check("$[?(@.n > 1)].s", list, r#"["b","c"]"#);
    check("$[?(@.n >= 2 && @.n < 3)].s", list, r#"["b"]"#);
    check("$[?(@.n>=2&&@.n<3)].s", list, r#"["b"]"#);
    check("$[?(@.n <= 1 || @.s == 'd')].s", list, r#"["a","d"]"#);
    check("$[?(@.n != 1)].s", list, r#"["b","c","d"]"#);
    check("$[?(@.s > 'b')].s", list, r#"["c","d"]"#);
    check(r#"$[?(@.s == "a")].n"#, list, "[1]");
    check("$[?('a' == @.s)].n", list, "[1]");
    check("$[?(1==@.n)].s", list, r#"["a"]"#);
    check("$[?(1<@.n&&3>=@.n)].s", list, r#"["b"]"#);
    check("$[?(null==@.t)].s", list, r#"["b"]"#);
    check("$[?(@['n'] == 1)].s", list, r#"["a"]"#);
    check("$[?(@.t == null)].s", list, r#"["b"]"#);
    check("$[?(!(@.n == 1) && (@.s == 'a' || @.s == 'b'))].s", list, r#"["b"]"#);
    check("$[?(@ > 1)]", "[1,2,3]", "[2,3]");
    check("$[?(@.a == true)].n", r#"[{"a":true,"n":1},{"a":"true","n":2}]"#, "[1]");
    check("$[?(@.a == {'x': [1, \"y\"]})].n", r#"[{"a":{"x":[1,"y"]},"n":1},{"a":1}]"#, "[1]");
    // Recorded: base_state_pass_regex_json_path_base.
    check(
        "$.users[?(@.status == 0)]",
        r#"{"users":[{"year":1997,"status":0},{"year":1998,"status":1}]}"#,
        r#"[{"year":1997,"status":0}]"#,
    );
}

#[test]
fn filters_compare_numbers_and_texts_in_the_way_of_the_left_one() {
    check("$[?(@.v == '1')].i", r#"[{"i":0,"v":1},{"i":1,"v":"1"}]"#, "[0,1]");
    check("$[?(@.v == 1)].i", r#"[{"i":0,"v":"1"},{"i":1,"v":"1.0"}]"#, "[0]");
    check("$[?(1 == @.v)].i", r#"[{"i":0,"v":"1"},{"i":1,"v":"1.0"}]"#, "[0,1]");
    check("$[?(@.v === 1)].i", r#"[{"i":0,"v":"1"},{"i":1,"v":1.0}]"#, "[1]");
    check("$[?(@.v !== 1)].i", r#"[{"i":0,"v":"1"},{"i":1,"v":1.0}]"#, "[0]");
}

#[test]
fn filters_ask_whether_something_is_there() {
    let list = r#"[{"a":null},{"b":1},{"a":{"c":1}}]"#;
    check("$[?(@.a)]", list, r#"[{"a":null},{"a":{"c":1}}]"#);
    check("$[?(!@.a)]", list, r#"[{"b":1}]"#);
    check("$[?( ! @.a )]", list, r#"[{"b":1}]"#);
    check("$[?(@.a.c)]", list, r#"[{"a":{"c":1}}]"#);
    check("$[?(@.tags[*])]", r#"[{"tags":[1]},{}]"#, r#"[{"tags":[1]}]"#);
}

#[test]
fn filters_know_the_operators_of_jayway() {
    let list =
        r#"[{"i":0,"c":"red","t":["a","b"],"s":""},{"i":1,"c":"blue","t":[],"s":"xy"},{"i":2}]"#;
    check("$[?(@.c in ['red','green'])].i", list, "[0]");
    check("$[?(@.c IN [red, green])].i", list, "[0]");
    check("$[?(@.c nin ['red'])].i", list, "[1,2]");
    check("$[?('b' in @.t)].i", list, "[0]");
    check("$[?(@.i nin {'a': 0})].i", list, "[0,1,2]");
    check("$[?(@.i in {'a': 0})].i", list, "[]");
    check("$[?(@.t contains 'b')].i", list, "[0]");
    check("$[?(@.c contains 'lu')].i", list, "[1]");
    check("$[?(@.t size 2)].i", list, "[0]");
    check("$[?(@.s size 2)].i", list, "[1]");
    check("$[?(@.t empty true)].i", list, "[1]");
    check("$[?(@.s empty true)].i", list, "[0]");
    check("$[?(@.t empty false)].i", list, "[0]");
    check("$[?(@.t subsetof ['a','b','c'])].i", list, "[0,1]");
    check("$[?(@.t anyof ['b','z'])].i", list, "[0]");
    check("$[?(@.t noneof ['b','z'])].i", list, "[1]");
    check("$[?(@.t all ['a'])].i", list, "[0]");
    check("$[?(@.i in [0, 1])].i", list, "[0,1]");
    check("$[?(@.t.length() > 1)].i", list, "[0]");
}

#[test]
fn filters_match_patterns_as_a_whole() {
    check("$[?(@.nope =~ /.*/)].i", r#"[{"i":0}]"#, "[0]");
    let list = r#"["foo","FOO","foobar","a/b",12]"#;
    check("$[?(@ =~ /foo/)]", list, r#"["foo"]"#);
    check("$[?(@ =~ /foo.*/i)]", list, r#"["foo","FOO","foobar"]"#);
    check(r"$[?(@ =~ /a\/b/)]", list, r#"["a/b"]"#);
    check(r"$[?(@ =~ /\d+/)]", list, "[12]");
    check("$[?(@ =~ /a|foo/)]", list, r#"["foo"]"#);
    check("$[?(@.t =~ /b/)].i", r#"[{"i":0,"t":["a","b"]},{"i":1,"t":["c"]}]"#, "[0]");
}

#[test]
fn filters_see_the_document_and_other_members() {
    check("$.store.book[?(@.price < $.expensive)].title", STORE, r#"["Sayings","Moby Dick"]"#);
    check("$.l[?(@.a == @.b)]", r#"{"l":[{"a":1,"b":1},{"a":1,"b":2},{}]}"#, r#"[{"a":1,"b":1}]"#);
    check(
        "$.l[?(@.id in $.wanted)].id",
        r#"{"wanted":[1,3],"l":[{"id":1},{"id":2},{"id":3}]}"#,
        "[1,3]",
    );
    check(
        "$.l[?(@.m[?(@.x == 1)] empty false)].i",
        r#"{"l":[{"i":0,"m":[{"x":1}]},{"i":1,"m":[{"x":2}]}]}"#,
        "[0]",
    );
}

#[test]
fn filters_take_an_object_as_a_whole() {
    check("$.a[?(@.x == 1)]", r#"{"a":{"x":1,"y":2}}"#, r#"[{"x":1,"y":2}]"#);
    check("$.a[?(@.x == 1)]", r#"{"a":{"b":{"x":1}}}"#, "[]");
    check("$.a[?(@.x == 1)].y", r#"{"a":{"x":1,"y":2}}"#, "[2]");
}

#[test]
fn functions_compute_as_jayway_does() {
    let document = r#"{"l":[3,1,2],"m":{"x":1,"y":2},"t":["a","b"],"e":[],"s":"text","n":[-2,-1]}"#;
    check("$.l.length()", document, "3");
    check("$.m.length()", document, "2");
    check("$.l.size()", document, "3");
    check("$.s.length()", document, "null");
    check("$.l.sum()", document, "6.0");
    check("$.l.min()", document, "1.0");
    check("$.l.max()", document, "3.0");
    check("$.l.avg()", document, "2.0");
    check("$.l.stddev()", document, "0.8164965809277263");
    check("$.m.keys()", document, r#"["x","y"]"#);
    check("$.t.concat()", document, r#""ab""#);
    check(r#"$.t.concat("-", $.s)"#, document, r#""ab-text""#);
    check("$.l.append(4)", document, "[3,1,2,4]");
    check("$.l.first()", document, "3");
    check("$.l.last()", document, "2");
    check("$.l.index(1)", document, "1");
    check("$.sum($.l)", document, "6.0");
    check("$.l.max($.l.sum())", document, "6.0");
    check("$.n.max()", document, "4.9E-324");
    check("$..x.sum()", r#"{"a":{"x":1},"b":[{"x":2}]}"#, "3.0");
    check("$..x.length()", r#"{"a":{"x":[1,2]},"x":[3]}"#, "3");
    check("$.length($.l.sum())", document, "6");
    check("$.length($.l)", document, "3");
    check("$.l[*].length()", r#"{"l":[[1],[1,2]]}"#, "[1,2]");
}

#[test]
fn functions_that_cannot_compute_miss() {
    use MissKind::Invalid;
    let empty = "Aggregation function attempted to calculate value using empty array";
    check_miss("$.e.sum()", r#"{"e":[]}"#, Invalid, empty);
    check_miss("$.l[*].sum()", r#"{"l":[1]}"#, Invalid, empty);
    check_miss("$.foo()", "{}", Invalid, "Function with name: foo does not exist.");
    check_miss("$.e.last()", r#"{"e":[]}"#, Invalid, "Target index:-1 larger than object count:0");
}

#[test]
fn texts_that_are_no_paths_say_why() {
    check_error("", "Path must start with '$'");
    check_error("a.b", "Path must start with '$'");
    check_error("$.", "Path must not end with a '.' or '..'");
    check_error("$..", "Path must not end with a '.' or '..'");
    check_error("$...a", "Character '.' on position 3 is not valid.");
    check_error("$a-b", "Illegal character at position 2 expected '.' or '['");
    check_error(
        "$.a b",
        "Use bracket notion ['my prop'] if your property contains blank characters. position: 2",
    );
    check_error("$['a", "Property has not been closed - missing closing '");
    check_error("$['a'", "Property has not been closed - missing closing ]");
    check_error("$[a]", "Could not parse token starting at position 1. Expected ?, ', 0-9, * ");
    check_error("$[]", "Could not parse token starting at position 1. Expected ?, ', 0-9, * ");
    check_error("$[*", "Expected wildcard token to end with ']' on position 3");
    check_error("$[:]", "Failed to parse SliceOperation: :");
    check_error("$[1,]", "Failed to parse ArrayIndexOperation: 1,");
    check_error("$[?(@.a like 'b')]", "Filter operator like is not supported!");
    check_error("$[?(1)]", "Expected path node");
    check_error("$[?(@.a =~ /(/)]", "Pattern /(/ is not supported");
    check_error("$.f(", "Arguments to function: 'f' are not closed properly.");
    check_error(&format!("${}", "[?(@".repeat(100)), "Path is nested too deep");
    check_error(&format!("${}", ".a".repeat(1000)), "Path has too many steps");
}

#[test]
fn paths_know_what_they_are() {
    let parse = |text| Path::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    assert_eq!(*parse("$$.Execution.Id").root(), Root::Context);
    assert_eq!(*parse("$total.sum").root(), Root::Variable("total".into()));
    assert_eq!(parse("$total[0]").variable(), Some("total"));
    assert!(parse("$").is_root() && parse("$$").is_root() && !parse("$.a").is_root());
    for (path, definite, reference) in [
        ("$", true, true),
        ("$.a['b'][0]", true, true),
        ("$.a.length()", true, false),
        ("$['a','b']", true, false),
        ("$['a','b'].c", false, false),
        ("$.a[*]", false, false),
        ("$.a[0,1]", false, false),
        ("$.a[1:]", false, false),
        ("$..a", false, false),
        ("$.a[?(@.b)]", false, false),
    ] {
        let parsed = parse(path);
        assert_eq!(
            (parsed.is_definite(), parsed.is_reference_path()),
            (definite, reference),
            "{path}"
        );
    }
    let features = parse("$..a[?(@.b)][*][0,1][1:][-1].size()").features();
    assert!(features.scan && features.filter && features.wildcard && features.union);
    assert!(features.slice && features.negative_index && features.function);
    assert_eq!(parse("$.a[0]").features(), Default::default());
}

#[test]
fn the_longest_paths_and_deepest_documents_are_walked() {
    let depth = 400;
    let document = value(&format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth)));
    let plain = Path::parse(&format!("${}", ".a".repeat(depth))).expect("parses");
    assert_eq!(plain.read(&document).map(|found| found.to_string()), Ok("1".into()));
    let wild = Path::parse(&format!("${}", ".*".repeat(depth))).expect("parses");
    assert_eq!(wild.read(&document).map(|found| found.to_string()), Ok("[1]".into()));
    let scan = Path::parse("$..a").expect("parses");
    assert_eq!(scan.read(&document).map(|found| found.len()), Ok(depth));
}

/// Not a benchmark: finds what grows with the document where it mustn't.
#[test]
fn a_definite_path_costs_no_more_in_a_large_document() {
    let large = format!(r#"{{"a":{{"b":{{"c":1}}}},"rest":[{}0]}}"#, "[1,2,3],".repeat(100_000));
    let (small, large) = (value(r#"{"a":{"b":{"c":1}},"rest":[]}"#), value(&large));
    let path = Path::parse("$.a.b.c").expect("parses");
    #[expect(clippy::disallowed_methods, reason = "measures")]
    let run = |document: &Value| {
        let start = std::time::Instant::now();
        (0..5_000).for_each(|_| assert!(path.read(document).is_ok()));
        start.elapsed()
    };
    let time = |document: &Value| (0..8).map(|_| run(document)).min().unwrap_or_default();
    let (small, large) = (time(&small), time(&large));
    assert!(large < 20 * small, "{large:?} against {small:?}");
}

#[test]
fn a_path_that_multiplies_is_stopped() {
    let list = format!("[{}1]", "1,".repeat(2000));
    for (document, path) in [
        (format!("[{list},{list},{list}]"), "$[?($[*][?($[*][*] size 1)] size 0)]"),
        (format!("[{list}]"), "$[?(@[?($[0][*] size 1)] size 0)]"),
    ] {
        let path = Path::parse(path).expect("parses");
        let miss = path.read(&value(&document)).expect_err("is too much");
        assert_eq!(miss.message, "The path visits more than 1000000 values");
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,4}",
        r#"[ -~&&[^\\]]{0,6}"#,
        "\\PC{0,4}".prop_filter("no backslash", |t| !t.contains('\\'))
    ]
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::NULL),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(|int| i64::from(int).into()),
        "[a-z]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-c]", inner), 0..4).prop_map(Value::object),
        ]
    })
}

/// Texts made of what paths are made of.
fn pathlike() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("$"),
        Just("@"),
        Just("."),
        Just(".."),
        Just("a"),
        Just("b"),
        Just("["),
        Just("]"),
        Just("*"),
        Just("0"),
        Just("-1"),
        Just(":"),
        Just(","),
        Just("'a'"),
        Just("'"),
        Just("\\"),
        Just("?("),
        Just("("),
        Just(")"),
        Just("=="),
        Just(" "),
        Just("&&"),
        Just("||"),
        Just("!"),
        Just("in"),
        Just("/a/"),
        Just("=~"),
        Just("{"),
        Just("}"),
        Just("length()"),
        Just("sum("),
        Just("\""),
        Just("[?(@.a"),
        Just("é"),
        Just("size"),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| format!("${}", pieces.concat()))
}

proptest! {
    #[test]
    fn no_text_makes_parsing_or_reading_panic(
        text in prop_oneof![any::<String>(), pathlike()],
        document in document(),
    ) {
        if let Ok(path) = Path::parse(&text) {
            let found = path.read(&document);
            if !path.is_definite() && let Ok(found) = found {
                prop_assert_eq!(found.kind(), json::Kind::Array);
            }
        }
    }

    #[test]
    fn the_printed_form_of_names_and_indices_parses_to_the_same_path(
        steps in prop::collection::vec(prop_oneof![name().prop_map(Ok), any::<u32>().prop_map(Err)], 0..6)
    ) {
        let text = steps.iter().fold("$".to_owned(), |text, step| match step {
            Ok(name) => format!("{text}['{}']", name.replace('\'', "\\'")),
            Err(index) => format!("{text}[{index}]"),
        });
        let path = Path::parse(&text).expect("parses");
        prop_assert_eq!(path.to_string(), text);
    }

    #[test]
    fn plain_paths_and_walks_find_the_same(document in document(), steps in prop::collection::vec("[a-c]|[0-2]", 1..4)) {
        let text = steps.iter().fold("$".to_owned(), |text, step| match step.parse::<u8>() {
            Ok(index) => format!("{text}[{index}]"),
            Err(_) => format!("{text}.{step}"),
        });
        let plain = Path::parse(&text).expect("parses").read(&document).ok();
        // A union of one index with itself is walked, and finds what is there twice.
        let walked = Path::parse(&format!("$[?(@)]{}", &text[1..])).expect("parses");
        let wrapped = Value::array([document]);
        let walked = walked.read(&wrapped).expect("is indefinite").at(0);
        prop_assert_eq!(plain, walked);
    }
}
