//! What AWS was recorded to answer: `stepfunctions/cases` of the folder that `FREEHOLD_CORPUS` names.
//!
//! Here run the cases of the categories that are about this room's operations and need no other service.
//! All of them, against the real binary, are `tools/replay.py`'s, whose rules of comparison these are.

mod compare;
mod replay;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::house::Room;
use replay::Outcome;

const CATEGORIES: [&str; 12] = [
    "api",
    "api_activities",
    "api_aliasing",
    "api_express",
    "api_logs",
    "api_map_run",
    "api_tagging",
    "api_validation",
    "api_variable_references",
    "api_versioning",
    "credentials",
    "test_state",
];

/// Differences that are no mistakes of ours, and why.
const KNOWN: [(&str, &str); 3] = [
    ("Error=ValueError", "an emulator's text was recorded"),
    (
        r#"encryptionConfiguration: expected null, got {"type":"AWS_OWNED_KEY"}"#,
        "younger than the recording",
    ),
    ("redriveCount: expected null, got 0", "younger than the recording"),
];

/// The corpus, or nothing if it isn't there.
fn cases(category: &str) -> Option<Vec<(String, Value)>> {
    let folder = ::corpus::folder(&format!("stepfunctions/cases/{category}"))?;
    let mut cases: Vec<(String, Value)> = std::fs::read_dir(folder)
        .ok()?
        .map(|entry| {
            let path = entry.expect("lists").path();
            let text = std::fs::read_to_string(&path).expect("reads");
            let name = path.file_stem().expect("has a name").to_string_lossy().into_owned();
            (format!("{category}/{name}"), serde_json::from_str(&text).expect("is JSON"))
        })
        .collect();
    cases.sort_by(|(a, _), (b, _)| a.cmp(b));
    Some(cases)
}

#[tokio::test]
async fn answers_as_aws_was_recorded_to() {
    let (mut passed, mut total, mut failures) = (0, 0, BTreeMap::new());
    for category in CATEGORIES {
        let Some(cases) = cases(category) else { return };
        for (name, case) in cases {
            if case["pure"] != true || case["capture_complete"] != true {
                continue;
            }
            total += 1;
            let room = Room::open().await;
            match replay::replay(&room, &case).await {
                Outcome::Passed => passed += 1,
                Outcome::Differs(differences) => {
                    failures.insert(name, differences);
                }
            }
        }
    }
    let is_known = |differences: &Vec<String>| {
        differences.iter().all(|text| KNOWN.iter().any(|(mark, _)| text.contains(mark)))
    };
    let unknown: Vec<_> =
        failures.iter().filter(|(_, differences)| !is_known(differences)).collect();
    let known = failures.len() - unknown.len();
    println!("{passed} of {total} cases pass, {known} differ for a known reason");
    for (name, differences) in &unknown {
        println!("{name}\n  {}", differences.join("\n  "));
    }
    assert!(unknown.is_empty(), "{} cases differ", unknown.len());
}
