use base::{Entropy, Stop};
use json::Value;
use resolver::Context;
use resolver::template::{OBJECT, Template};

use crate::{NOW, check_template, evaluate};

#[test]
fn a_template_renders_the_request() {
    check_template(
        r#"{"version": "2018-05-29", "operation": "GetItem",
            "key": {"id": $util.dynamodb.toDynamoDBJson($ctx.args.id)}}"#,
        r#"{"arguments": {"id": "7"}}"#,
        r#"{"version":"2018-05-29","operation":"GetItem","key":{"id":{"S":"7"}}}"#,
    );
}

#[test]
fn the_stash_is_changed_in_place() {
    let outcome = evaluate(
        r#"$util.qr($ctx.stash.put("a", [1]))
           #set($list = $util.defaultIfNull($context.stash.a, []))
           $util.quiet($list.add(2))
           #set($ctx.stash.b = "$ctx.args.x-$!none")
           $util.toJson($ctx.stash)"#,
        r#"{"args": {"x": 5}, "stash": {"old": {"kept": true}}}"#,
    );
    let stash = outcome.changes.get("stash").expect("it was changed").to_string();
    assert_eq!(stash, r#"{"old":{"kept":true},"a":[1,2],"b":"$ctx.args.x-"}"#);
}

#[test]
fn arguments_and_args_are_one() {
    check_template(
        r#"$util.qr($ctx.args.input.put("b", 2))$util.toJson($context.arguments)"#,
        r#"{"arguments": {"input": {"a": 1}}}"#,
        r#"{"input":{"a":1,"b":2}}"#,
    );
}

/// The members that a template has changed, as it left them.
#[track_caller]
fn check_changes(template: &str, expected: &[(&str, &str)]) {
    let context = r#"{"arguments": {"input": {"n": 1.10}, "list": [{"a": 1}]}, "identity": {"claims": {"sub": "s"}},
        "source": {"id": 1}, "stash": {"a": {"b": 1}}}"#;
    let changes = evaluate(template, context).changes;
    let names = ["arguments", "identity", "source", "stash", "prev"];
    let changed = names.into_iter().filter_map(|name| Some((name, changes.get(name)?.to_string())));
    let changed: Vec<(&str, String)> = changed.collect();
    let changed: Vec<(&str, &str)> = changed.iter().map(|(name, it)| (*name, &**it)).collect();
    assert_eq!(changed, expected, "{template}");
}

#[test]
fn what_a_template_changes_of_its_context_is_told() {
    let input = r#"{"input":{"n":1.1,"owner":"me"},"list":[{"a":1}]}"#;
    check_changes(r#"$util.qr($ctx.args.input.put("owner", "me"))[]"#, &[("arguments", input)]);
    check_changes(
        r#"#set($item = $ctx.args.list[0])#set($item.b = 2)[]"#,
        &[("arguments", r#"{"input":{"n":1.10},"list":[{"a":1,"b":2}]}"#)],
    );
    check_changes(r#"#set($ctx.args = {})[]"#, &[("arguments", "{}")]);
    check_changes(
        r#"#foreach($entry in $ctx.source.entrySet())$util.qr($entry.setValue(2))#end
           #set($ctx.prev = {"result": 3}) $util.error("in the end")"#,
        &[("source", r#"{"id":2}"#), ("prev", r#"{"result":3}"#)],
    );
}

#[test]
fn what_a_template_only_reads_stays_as_it_is() {
    check_changes(
        r#"$util.toJson([$ctx.args.input.n, $ctx.args.list[0].a, $ctx.identity.claims.get("sub"), $ctx.stash.a.keySet(),
            $ctx.args.list.contains(1), $ctx.source.containsValue(2), $util.toJson($ctx)])
           #foreach($item in $ctx.args.list)#set($made = {"of": $item})$util.qr($made.put("b", 1))#end"#,
        &[],
    );
}

#[test]
fn an_early_return_has_a_value() {
    check_template("#return({\"a\": 1}) never", "{}", r#"returned {"a":1}"#);
    check_template("#if(true)#return#end never", "{}", "returned null");
    check_template("#return($util.toJson([null]))", "{}", "returned [null]");
}

#[test]
fn failures_have_the_words_of_aws() {
    check_template("$util.error(\"m\", \"T\")", "{}", "T: m");
    check_template("$util.unauthorized()", "{}", "Unauthorized: Unauthorized");
    check_template(
        " \n",
        "{}",
        "MappingTemplate: Template transformation yielded an empty response.",
    );
    check_template(
        "{\"a\": 1})",
        "{}",
        "MappingTemplate: Trailing characters at the end of the JSON string are not allowed.",
    );
    check_template(
        "{\"a\": $ctx.args.none}",
        "{}",
        "MappingTemplate: Unable to convert {\"a\": $ctx.args.none} to Object.",
    );
    check_template(
        "#if($ctx.args",
        "{}",
        "MappingTemplate: Encountered \"<EOF>\" at velocity[line 1, column 13]\nWas expecting one of:\n    <RPAREN> ...\n    <WHITESPACE> ...\n    \"-\" ...\n    \"+\" ...\n    \"*\" ...\n    \"/\" ...\n    \"%\" ...\n    <LOGICAL_AND> ...\n    <LOGICAL_OR> ...\n    <LOGICAL_LT> ...\n    <LOGICAL_LE> ...\n    <LOGICAL_GT> ...\n    <LOGICAL_GE> ...\n    <LOGICAL_EQUALS> ...\n    <LOGICAL_NOT_EQUALS> ...\n    ",
    );
    check_template(
        "#set($l = [])\n$l.get(0)",
        "{}",
        "MappingTemplate: Invocation of method 'get' in  class java.util.ArrayList threw exception java.lang.IndexOutOfBoundsException: Index 0 out of bounds for length 0 at velocity[line 2, column 4]",
    );
}

#[test]
fn functions_without_a_value_render_nothing() {
    let outcome = evaluate(
        r#"$util.appendError("e")$util.log.info("hello {}", 1)$util.validate(true, "m")
           $extensions.setSubscriptionFilter({"filterGroup": []})
           $util.http.addResponseHeader("a", "b")
           null"#,
        "{}",
    );
    assert_eq!(outcome.end, resolver::End::Result(Value::NULL));
    assert_eq!(outcome.effects.errors.len(), 1);
    assert_eq!(outcome.effects.logs[0].message, "hello 1");
    assert!(outcome.effects.subscription_filter.is_some());
}

#[test]
fn the_whole_context_can_be_shown() {
    check_template(
        "$util.toJson($ctx)",
        r#"{"arguments": {"a": 1}, "source": null}"#,
        r#"{"arguments":{"a":1},"request":{},"info":{},"stash":{},"env":{},"outErrors":[]}"#,
    );
}

#[test]
fn numbers_and_texts_keep_their_forms() {
    check_template(
        r#"#set($a = 7 / 2)#set($b = 7 / 2.0)#set($s = 'x')
           [$a, $b, $util.toJson("$s$a"), $ctx.args.n, $util.toJson($ctx.args.n)]"#,
        r#"{"arguments": {"n": 1.50}}"#,
        r#"[3,3.5,"x3",1.5,1.5]"#,
    );
}

#[test]
fn a_map_that_holds_itself_is_refused() {
    check_template(
        r#"#set($m = {})$util.qr($m.put("m", $m))$util.toJson($m)"#,
        "{}",
        "MappingTemplate: The values of the template are nested too deeply.",
    );
    check_template(
        r#"$util.qr($ctx.stash.put("m", $ctx.stash)){}"#,
        "{}",
        "MappingTemplate: Transformation too large.",
    );
}

#[test]
fn what_grows_without_end_is_stopped() {
    let doubling = "#set($s = \"xxxxxxxx\")#foreach($i in [1..1000])#set($s = \"$s$s\")#end$s";
    check_template(doubling, "{}", "MappingTemplate: Transformation too large.");
    let sharing = r#"#set($l = [1])#foreach($i in [1..60])#set($l = [$l, $l])#end$util.toJson($l)"#;
    check_template(sharing, "{}", "MappingTemplate: Transformation too large.");
    let nested =
        "#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])#end#end#end";
    check_template(nested, "{}", "MappingTemplate: The template takes too many steps.");
    let deep =
        "#set($l = [])".to_owned() + &"#foreach($i in [1..1000])#set($l = [$l])#end".repeat(20);
    check_template(&(deep + "[]"), "{}", "[]");
    check_template(
        &"[".repeat(60_000),
        "{}",
        &format!("MappingTemplate: Unable to convert {} to Object.", "[".repeat(60_000)),
    );
    check_template(
        &format!("#set($x = {})", "[".repeat(60_000)),
        "{}",
        "MappingTemplate: The template is nested too deeply.",
    );
}

#[test]
fn a_loop_ends_after_a_thousand_rounds() {
    check_template(
        "#foreach($i in [1..5000])#if($foreach.count == 1000)[$i]#end#end",
        "{}",
        "[1000]",
    );
}

/// Whether a template takes a moment; if it does, it comes to what it comes to without haste.
#[track_caller]
fn is_short(template: &str, context: &Context) -> bool {
    let template = Template::parse(template).expect("the template is good");
    let entropy = || Entropy::from_number(7);
    let Some(short) = template.evaluate_if_short(context, OBJECT, NOW, entropy()) else {
        return false;
    };
    let whole = template.evaluate(context, OBJECT, NOW, entropy(), &Stop::default());
    assert_eq!(
        (short.end, short.changes, short.effects),
        (whole.end, whole.changes, whole.effects)
    );
    true
}

#[test]
fn a_template_that_takes_a_moment_comes_to_the_same_at_once() {
    let context = Context::default();
    assert!(is_short(r#"{"id": "$util.autoId()"}"#, &context));
    assert!(is_short(
        r#"$util.qr($ctx.stash.put("a", 1))$util.appendError("e")$util.error("f")"#,
        &context
    ));
    assert!(is_short(r#"#set($text = "a::b")$util.toJson($text.split("::"))"#, &context));
    assert!(is_short("nonsense", &context));
}

#[test]
fn what_takes_longer_is_left_to_others() {
    let context = Context::default();
    assert!(!is_short("#foreach($a in [1..99])#foreach($b in [1..99])#end#end{}", &context));
    assert!(!is_short("#set($s = 'x')#set($s = $s.repeat(200000)){}", &context));
    let text = "x".repeat(1000);
    assert!(!is_short(&format!("#foreach($a in [1..200]){text}#end"), &context));
    assert!(!is_short("$util.matches('(x+x+)+y', 'xxxxxxxx')", &context));
    assert!(!is_short("#set($text = 'a, b')$util.toJson($text.split('[ ,]+'))", &context));
    let result = Value::from("x".repeat(200_000));
    assert!(!is_short("{}", &Context { result, ..context }));
}

#[test]
fn a_template_ends_when_it_is_told_to() {
    let stop = Stop::default();
    stop.stop();
    let template = Template::parse("{}").expect("the template is good");
    let outcome =
        template.evaluate(&Context::default(), OBJECT, NOW, Entropy::from_number(7), &stop);
    let resolver::End::Failed(failure) = outcome.end else { panic!("{:?}", outcome.end) };
    assert_eq!(failure.message, "The template took too long and was stopped.");
}

#[test]
fn a_text_that_to_json_wrote_tells_the_value_as_it_was_then() {
    let context = r#"{"result": {"a": [1, 2.0], "b": null}}"#;
    check_template("\n $util.toJson($ctx.result) ", context, r#"{"a":[1,2.0],"b":null}"#);
    check_template(
        "$util.toJson($ctx.result)x",
        context,
        "MappingTemplate: Trailing characters at the end of the JSON string are not allowed.",
    );
    check_template("[$util.toJson($ctx.result.a)]", context, "[[1,2.0]]");
    let changed = "#set($text = $util.toJson($ctx.result))$util.qr($ctx.result.put(\"a\", 3))$text";
    check_template(changed, context, r#"{"a":[1,2.0],"b":null}"#);
    check_template(
        "$util.qr($ctx.result.put(\"a\", 3))$util.toJson($ctx.result)",
        context,
        r#"{"a":3,"b":null}"#,
    );
}

#[test]
fn a_template_without_references_tells_the_same_each_time() {
    check_template(r#" {"payload": {"n": 1}} "#, "{}", r#"{"payload":{"n":1}}"#);
    check_template("", "{}", "MappingTemplate: Template transformation yielded an empty response.");
}
