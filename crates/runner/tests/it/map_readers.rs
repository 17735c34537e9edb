//! Distributed Map: items from S3, results to S3.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use json::Value;
use runner::{MapRunStatus, MapRunUpdate};
use store::Memory;

use crate::buckets::{Objects, objects, s3};
use crate::recovery::life;
use crate::scripted::Scripted;
use crate::world::{Mortal, Opening, World, pass};

const PASS: &str = r#"{"Type":"Pass","End":true}"#;

fn map(fields: &str, state: &str) -> String {
    format!(
        r#"{{"StartAt":"M","States":{{"M":{{"Type":"Map","Label":"L",{fields}
            "ItemProcessor":{{"ProcessorConfig":{{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"}},
                "StartAt":"S","States":{{"S":{state}}}}},"End":true}}}}}}"#
    )
}

fn reader(config: &str) -> String {
    format!(
        r#""ItemReader":{{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{{{config}}},
            "Parameters":{{"Bucket":"b","Key.$":"$.key"}}}},"#
    )
}

async fn world(room: Scripted) -> World {
    let mut opening = Opening::of(Mortal::new(&Memory::new()));
    opening.rooms.push(Arc::new(room));
    opening.open().await
}

/// What becomes of a Map state with these fields.
async fn ran(fields: &str, objects: &Objects, input: &str) -> String {
    let world = world(s3(objects)).await;
    world.define("m", &map(fields, PASS));
    let arn = world.start("m", "e", input).await;
    world.result(&arn).await
}

async fn read(config: &str, object: &str) -> String {
    let objects = objects([("b/k", object.as_bytes())]);
    ran(&reader(config), &objects, r#"{"key":"k"}"#).await
}

#[tokio::test(start_paused = true)]
async fn items_go_through_a_selector_that_computes_long() {
    let selector =
        r#""ItemSelector":{"v.$":"$$.Map.Item.Value","n.$":"States.ArrayUnique($.many)"},"#;
    let objects = objects([("b/k", "[1,2]".as_bytes())]);
    let input = format!(r#"{{"key":"k","many":[{}0]}}"#, "0,".repeat(15_000));
    assert_eq!(
        ran(&(reader(r#""InputType":"JSON""#) + selector), &objects, &input).await,
        r#"SUCCEEDED [{"v":1,"n":[0]},{"v":2,"n":[0]}]"#
    );
}

#[tokio::test(start_paused = true)]
async fn items_are_read_from_json() {
    let json = r#""InputType":"JSON""#;
    assert_eq!(
        read(json, " [1, {\"a\": [2, \"]\\\"\"]},\n\"x\" ] ").await,
        r#"SUCCEEDED [1,{"a":[2,"]\""]},"x"]"#
    );
    assert_eq!(read(json, "[]").await, "SUCCEEDED []");
    assert_eq!(read(json, r#"{"a": 1, "b": {"c": 2}}"#).await, r#"SUCCEEDED [1,{"c":2}]"#);
    let pointed = r#""InputType":"JSON","ItemsPointer":"/a~1b/1""#;
    let object = r#"{"x": {"a/b": [0]}, "a/b": ["}", [7, 8], 9]}"#;
    assert_eq!(read(pointed, object).await, "SUCCEEDED [7,8]");
    let limited = r#""InputType":"JSON","MaxItems":2"#;
    assert_eq!(read(limited, "[1,2,3]").await, "SUCCEEDED [1,2]");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_fails_the_map_run() {
    let json = r#""InputType":"JSON""#;
    let failed = "FAILED States.ItemReaderFailed: ";
    assert_eq!(read(json, "7").await, format!("{failed}Attempting to map over non-iterable node."));
    for malformed in ["[1", "[1 2]", "[1,]", "{\"a\" 1}", "[\"x]", "[nul]"] {
        let result = read(json, malformed).await;
        assert!(result.starts_with(&format!("{failed}The object isn't valid JSON")), "{result}");
    }
    let given = r#""InputType":"CSV","CSVHeaderLocation":"GIVEN","CSVHeaders":["H1","H1"]"#;
    assert_eq!(read(given, "a,b").await, format!("{failed}CSV headers cannot contain duplicates."));
    let missing = ran(&reader(json), &objects([]), r#"{"key":"k"}"#).await;
    let cause = "The specified key does not exist. (Service: Amazon S3; Status Code: 400; Error Code: NoSuchKey; ";
    assert!(missing.starts_with(&format!("{failed}{cause}")), "{missing}");
    let negative = reader(r#""InputType":"JSON","MaxItemsPath":"$.max""#);
    assert_eq!(
        ran(&negative, &objects([]), r#"{"key":"k","max":-1}"#).await,
        format!("{failed}field MaxItems must be positive")
    );
    let long = format!("[\"{}\"]", "x".repeat(300_000));
    assert_eq!(read(json, &long).await, format!("{failed}An item is longer than 262144 bytes."));
}

#[tokio::test(start_paused = true)]
async fn items_are_read_from_lines() {
    let lines = r#""InputType":"JSONL""#;
    assert_eq!(read(lines, "{\"a\":1}\r\n\n[2]\n3").await, r#"SUCCEEDED [{"a":1},[2],3]"#);
    assert_eq!(read(lines, "").await, "SUCCEEDED []");
    assert!(read(lines, "1\nx").await.starts_with("FAILED States.ItemReaderFailed"));
}

#[tokio::test(start_paused = true)]
async fn items_are_read_from_delimited_text() {
    let first = r#""InputType":"CSV","CSVHeaderLocation":"FIRST_ROW""#;
    // Recorded: csv_first_row_extra_fields.
    assert_eq!(
        read(first, "H1,\nValue4,Value5,Value6\n,,,\n   \n").await,
        r#"SUCCEEDED [{"":"Value5","H1":"Value4"},{"":"","H1":""},{"":"","H1":"   "}]"#
    );
    assert_eq!(
        read(first, "a,b\r\n\"x, \"\"y\"\"\nz\",2\r\n").await,
        r#"SUCCEEDED [{"a":"x, \"y\"\nz","b":"2"}]"#
    );
    for (name, delimiter) in [("PIPE", '|'), ("SEMICOLON", ';'), ("SPACE", ' '), ("TAB", '\t')] {
        let config = format!(r#"{first},"CSVDelimiter":"{name}""#);
        let object = format!("a{delimiter}b\n1,5{delimiter}2");
        assert_eq!(read(&config, &object).await, r#"SUCCEEDED [{"a":"1,5","b":"2"}]"#);
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_is_read_in_pieces() {
    let items: Vec<String> =
        (0..90_000).map(|item| format!("{{\"item\": \"{item:0100}\"}}")).collect();
    let object = format!("[{}]", items.join(", "));
    let objects = objects([("b/k", object.as_bytes())]);
    let room = s3(&objects);
    let asked = room.asked();
    let world = world(room).await;
    let batcher =
        r#""ItemBatcher":{"MaxItemsPerBatch":30000},"ItemSelector":{"i.$":"$$.Map.Item.Index"},"#;
    let result = r#"{"Type":"Pass","Result":1,"End":true}"#;
    world.define("m", &map(&format!("{}{batcher}", reader(r#""InputType":"JSON""#)), result));
    let arn = world.start("m", "e", r#"{"key":"k"}"#).await;
    assert_eq!(world.result(&arn).await, "SUCCEEDED [1,1,1]");
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), object.len().div_ceil(4 * 1024 * 1024));
    assert!(2 < asked.len());
    assert_eq!(asked[0].body.get("IfMatch"), None);
    assert!(asked[1].body.get("IfMatch").is_some());
    assert_eq!(asked[0].caller, "arn:aws:iam::000000000000:role/r");
}

#[tokio::test(start_paused = true)]
async fn objects_that_are_listed_are_items() {
    let list = |more: &str| {
        format!(
            r#""ItemReader":{{"Resource":"arn:aws:states:::s3:listObjectsV2",{more}
                "Parameters":{{"Bucket":"b","Prefix.$":"$.key"}}}},
               "ItemSelector":{{"s.$":"$$.Map.Item.Source","v.$":"$$.Map.Item.Value"}},"#
        )
    };
    let objects =
        objects([("b/p/1", &b"[1]"[..]), ("b/p/2", b"[2,3]"), ("b/p/3", b"[]"), ("b/q", b"[9]")]);
    let input = r#"{"key":"p/"}"#;
    let item = |key, size| {
        format!(
            r#"{{"s":"S3://b","v":{{"Key":"p/{key}","LastModified":1669769998,"ETag":"\"e\"","Size":{size},"StorageClass":"STANDARD"}}}}"#
        )
    };
    assert_eq!(
        ran(&list(""), &objects, input).await,
        format!("SUCCEEDED [{},{},{}]", item(1, 3), item(2, 5), item(3, 2))
    );
    let loaded =
        list(r#""ReaderConfig":{"InputType":"JSON","Transformation":"LOAD_AND_FLATTEN"},"#);
    assert_eq!(
        ran(&loaded, &objects, input).await,
        r#"SUCCEEDED [{"s":"S3://b/p/1","v":1},{"s":"S3://b/p/2","v":2},{"s":"S3://b/p/2","v":3}]"#
    );
}

#[tokio::test(start_paused = true)]
async fn manifests_name_the_objects_that_are_read() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"\"src\",\"k1\",\"3\"\n\"src\",\"k2\",\"5\"\n").unwrap();
    let inventory = gzip.finish().unwrap();
    let manifest = br#"{"destinationBucket":"arn:aws:s3:::inv","fileFormat":"CSV",
        "fileSchema":"Bucket, Key, Size","files":[{"key":"data/1.csv.gz"}]}"#;
    let objects = objects([
        ("b/k", &manifest[..]),
        ("inv/data/1.csv.gz", &inventory),
        ("b/athena", b"s3://out/1\ns3://out/2\n"),
        ("out/1", b"1\n2\n"),
        ("out/2", b"3\n"),
    ]);
    let result = ran(&reader(r#""InputType":"MANIFEST""#), &objects, r#"{"key":"k"}"#).await;
    let rows = r#"[{"Bucket":"src","Size":"3","Key":"k1"},{"Bucket":"src","Size":"5","Key":"k2"}]"#;
    assert_eq!(result, format!("SUCCEEDED {rows}"));
    let athena = reader(r#""InputType":"JSONL","ManifestType":"ATHENA_DATA""#);
    assert_eq!(ran(&athena, &objects, r#"{"key":"athena"}"#).await, "SUCCEEDED [1,2,3]");
}

#[tokio::test(start_paused = true)]
async fn items_are_selected_from_and_batched() {
    let fields = format!(
        r#"{}"ItemSelector":{{"v.$":"$$.Map.Item.Value","i.$":"$$.Map.Item.Index","k.$":"$.key","e.$":"$$.Execution.Name"}},
            "ItemBatcher":{{"MaxItemsPerBatchPath":"$.most","BatchInput":{{"all.$":"$.key"}}}},"#,
        reader(r#""InputType":"JSON","MaxItemsPath":"$.max""#)
    );
    let objects = objects([("b/k", &b"[7,8,9,10]"[..])]);
    let item = |value, index| format!(r#"{{"v":{value},"i":{index},"k":"k","e":"e"}}"#);
    assert_eq!(
        ran(&fields, &objects, r#"{"key":"k","most":2,"max":"3"}"#).await,
        format!(
            r#"SUCCEEDED [{{"BatchInput":{{"all":"k"}},"Items":[{},{}]}},{{"BatchInput":{{"all":"k"}},"Items":[{}]}}]"#,
            item(7, 0),
            item(8, 1),
            item(9, 2)
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_redrive_reads_what_could_not_be_read() {
    let objects = objects([]);
    let world = world(s3(&objects)).await;
    world.define("m", &map(&reader(r#""InputType":"JSON""#), PASS));
    let arn = world.start("m", "e", r#"{"key":"k"}"#).await;
    assert!(world.result(&arn).await.starts_with("FAILED States.ItemReaderFailed"));
    assert_eq!(
        world.history(&arn).await,
        "1<-0 ExecutionStarted\n2<-0 MapStateEntered\n3<-2 MapStateStarted\n4<-3 MapRunStarted\n\
         5<-4 MapRunFailed\n6<-5 MapStateFailed\n7<-6 ExecutionFailed"
    );
    objects.lock().unwrap().insert("b/k".to_owned(), b"[1,2]".to_vec());
    world.runner.redrive(&arn, None).await.unwrap();
    assert_eq!(world.result(&arn).await, "SUCCEEDED [1,2]");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_stopped_while_it_reads_goes_on_when_it_is_redriven() {
    let objects = objects([("b/k", &b"[1,2]"[..])]);
    let world = world(s3(&objects).slow(Duration::from_secs(60))).await;
    world.define("m", &map(&reader(r#""InputType":"JSON""#), PASS));
    let arn = world.start("m", "e", r#"{"key":"k"}"#).await;
    pass(Duration::from_secs(1)).await;
    world.runner.stop(&arn, asl::Failure::default()).await.unwrap();
    pass(Duration::from_secs(90)).await;
    let run = world.runner.list_map_runs(&arn, None, 10).await.unwrap().items.remove(0);
    assert_eq!((run.status, run.item_counts.total), (MapRunStatus::Aborted, 0));
    world.runner.redrive(&arn, None).await.unwrap();
    assert_eq!(world.result(&arn).await, "SUCCEEDED [1,2]");
}

#[tokio::test(start_paused = true)]
async fn express_children_read_and_export_too() {
    let objects = objects([("b/k", &b"[1,2]"[..])]);
    let world = world(s3(&objects)).await;
    let fields = format!("{}{WRITER}", reader(r#""InputType":"JSON""#));
    world.define("m", &map(&fields, PASS).replace(r#""STANDARD""#, r#""EXPRESS""#));
    let arn = world.start("m", "e", r#"{"key":"k"}"#).await;
    assert!(world.result(&arn).await.starts_with("SUCCEEDED"));
    let files = written(&objects);
    let records = files.iter().find(|(name, _)| name == "SUCCEEDED_0.json").unwrap();
    let records = Value::parse(&records.1).unwrap();
    let outputs: Vec<Option<Value>> = records.items().map(|it| it.get("Output")).collect();
    assert_eq!(outputs, [Some("1".into()), Some("2".into())]);
}

#[test]
fn after_a_crash_items_are_read_again_and_children_run_once() {
    let items: Vec<String> = (0..1500).map(|item| item.to_string()).collect();
    let objects = objects([("b/k", format!("[{}]", items.join(",")).as_bytes())]);
    let definition = map(
        &format!("{}\"MaxConcurrency\":100,", reader(r#""InputType":"JSON""#)),
        r#"{"Type":"Pass","Result":1,"End":true}"#,
    );
    let mut deaths = 0;
    for dies_at in 2..60 {
        for writes_last in [false, true] {
            let memory = Memory::new();
            let opening = |store, now, seed| {
                let mut opening = Opening { now, seed, ..Opening::of(store) };
                opening.rooms.push(Arc::new(s3(&objects)));
                opening
            };
            let start = Opening::of(Mortal::new(&memory)).now;
            let now = life(
                opening(Mortal::dying(&memory, dies_at, writes_last), start, 1),
                async |world| {
                    world.define("m", &definition);
                    world.try_start("m", "e", r#"{"key":"k"}"#).await.ok();
                    for _ in 0..200 {
                        pass(Duration::from_millis(50)).await;
                        if world.store.dead.load(std::sync::atomic::Ordering::SeqCst) {
                            deaths += 1;
                            break;
                        }
                    }
                    world.house.now()
                },
            );
            life(opening(Mortal::new(&memory), now, 2), async |world| {
                world.define("m", &definition);
                let arn = world.start("m", "e", r#"{"key":"k"}"#).await;
                let result = world.result(&arn).await;
                assert_eq!(result, format!("SUCCEEDED [{}]", ["1"; 1500].join(",")), "{dies_at}");
                let run = world.runner.list_map_runs(&arn, None, 10).await.unwrap().items.remove(0);
                assert_eq!(run.execution_counts.succeeded, 1500);
                let rows = world.rows();
                let started = rows.iter().filter(|key| key.starts_with("execution")).count();
                assert_eq!(started, 1501);
            });
        }
        if 12 < deaths {
            break;
        }
    }
    assert!(8 < deaths, "{deaths}");
}

const WRITER: &str = r#""ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"out","Prefix":"jobs"}},"#;

fn shaped(transformation: &str, output_type: &str) -> String {
    let config = format!(
        r#""WriterConfig":{{"Transformation":"{transformation}","OutputType":"{output_type}"}},"Resource""#
    );
    WRITER.replace(r#""Resource""#, &config)
}

/// The objects that a map run has written, by their names.
fn written(objects: &Objects) -> Vec<(String, String)> {
    let objects = objects.lock().unwrap();
    let named = objects.iter().map(|(path, bytes)| {
        let name = path.rsplit('/').next().unwrap().to_owned();
        (name, String::from_utf8(bytes.clone()).unwrap())
    });
    named.collect()
}

#[tokio::test(start_paused = true)]
async fn results_are_exported() {
    let objects = objects([]);
    let world = world(s3(&objects)).await;
    world.define("m", &map(WRITER, PASS));
    let arn = world.start("m", "e", r#"["a",2]"#).await;
    let result = world.result(&arn).await;
    let run = world.runner.list_map_runs(&arn, None, 10).await.unwrap().items.remove(0);
    let id = run.map_run_arn.rsplit(':').next().unwrap();
    assert_eq!(
        result,
        format!(
            r#"SUCCEEDED {{"MapRunArn":"{}","ResultWriterDetails":{{"Bucket":"out","Key":"jobs/{id}/manifest.json"}}}}"#,
            run.map_run_arn
        )
    );
    let files = written(&objects);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["SUCCEEDED_0.json", "manifest.json"]);
    let size = files[0].1.len();
    assert_eq!(
        files[1].1,
        format!(
            r#"{{"DestinationBucket":"out","MapRunArn":"{}","ResultFiles":{{"FAILED":[],"PENDING":[],"SUCCEEDED":[{{"Key":"jobs/{id}/SUCCEEDED_0.json","Size":{size}}}]}}}}"#,
            run.map_run_arn
        )
    );
    let records = Value::parse(&files[0].1).unwrap();
    let record = records.at(0).unwrap();
    let names: Vec<&str> = record.entries().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "ExecutionArn",
            "Input",
            "InputDetails",
            "Name",
            "Output",
            "OutputDetails",
            "RedriveCount",
            "RedriveStatus",
            "RedriveStatusReason",
            "StartDate",
            "StateMachineArn",
            "Status",
            "StopDate"
        ]
    );
    assert_eq!(record.get("Output"), Some(Value::from("\"a\"")));
    assert_eq!(records.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn results_are_shaped() {
    for (transformation, output_type, expected) in [
        ("COMPACT", "JSON", "[[1,2],3]"),
        ("COMPACT", "JSONL", "[1,2]\n3\n"),
        ("FLATTEN", "JSON", "[1,2,3]"),
        ("FLATTEN", "JSONL", "1\n2\n3\n"),
    ] {
        let objects = objects([]);
        ran(&shaped(transformation, output_type), &objects, "[[1,2],3]").await;
        let files = written(&objects);
        let extension = output_type.to_lowercase();
        assert_eq!(files[0], (format!("SUCCEEDED_0.{extension}"), expected.to_owned()));
    }
    let alone =
        r#""ResultWriter":{"WriterConfig":{"Transformation":"FLATTEN","OutputType":"JSON"}},"#;
    assert_eq!(ran(alone, &objects([]), "[[1,2],3]").await, "SUCCEEDED [1,2,3]");
}

#[tokio::test(start_paused = true)]
async fn a_map_run_that_fails_exports_what_has_become_of_each_child() {
    let objects = objects([]);
    let world = world(s3(&objects)).await;
    let state = r#"{"Type":"Fail","Error":"E","Cause":"C"}"#;
    world.define("m", &map(&format!("{}\"MaxConcurrency\":1,", shaped("COMPACT", "JSON")), state));
    let arn = world.start("m", "e", "[1,2]").await;
    let why = "States.ExceedToleratedFailureThreshold: The specified tolerated failure threshold was exceeded";
    assert_eq!(world.result(&arn).await, format!("FAILED {why}"));
    let files = written(&objects);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["FAILED_0.json", "PENDING_0.json", "manifest.json"]);
    let record = |file: usize| Value::parse(&files[file].1).unwrap().at(0).unwrap();
    assert_eq!(record(0).get("Error"), Some("E".into()));
    assert_eq!(record(0).get("Status"), Some("FAILED".into()));
    assert_eq!(record(1).get("Status"), Some("PENDING".into()));
    assert_eq!(record(1).get("Input"), Some("2".into()));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_exported_fails_the_map_run_and_is_exported_by_a_redrive() {
    let world = world(Scripted::new("s3", {
        let refusals = std::sync::atomic::AtomicBool::new(true);
        move |_, _| match refusals.swap(false, std::sync::atomic::Ordering::SeqCst) {
            true => Err(aws::Error::client("NoSuchBucket", "The specified bucket does not exist")),
            false => Ok("{}".to_owned()),
        }
    }))
    .await;
    world.define("m", &map(WRITER, PASS));
    let arn = world.start("m", "e", "[1]").await;
    let result = world.result(&arn).await;
    let cause =
        "FAILED States.ResultWriterFailed: The specified bucket does not exist (Service: Amazon S3";
    assert!(result.starts_with(cause), "{result}");
    let run = world.runner.list_map_runs(&arn, None, 10).await.unwrap().items.remove(0);
    assert_eq!(run.status, MapRunStatus::Failed);
    let update = MapRunUpdate { max_concurrency: Some(1), ..MapRunUpdate::default() };
    assert!(world.runner.update_map_run(&run.map_run_arn, update).await.is_err());
    world.runner.redrive(&arn, None).await.unwrap();
    assert!(world.result(&arn).await.starts_with("SUCCEEDED {\"MapRunArn\""));
}
