//! Archives: how events get into one, and out of it again.
//!
//! As on AWS, an archive is a rule of its bus that EventBridge manages: it wants what the archive wants, and nothing that
//! comes from a replay. Its events are kept by their own time.

use std::collections::BTreeMap;

use base::Timestamp;
use json::{Object, Value};
use store::Found;

use crate::Room;
use crate::errors::Error;
use crate::event::Acceptance;
use crate::identifier::{ArchiveName, BusName, RuleName};
use crate::model::{Replay, Rule};
use crate::tables::{self, Archived, Tables};
use crate::wire::{InputTransformer, ReplayState, RuleState, Target};

/// Who manages the rules of archives.
pub(crate) const MANAGER: &str = "prod.vhs.events.aws.internal";
/// What their names begin with.
const RULE: &str = "Events-Archive-";
/// The member by which events of a replay are known.
const REPLAY_NAME: &str = "replay-name";
/// Events of a replay that go on in one batch.
const EVENTS_AT_ONCE: usize = 100;

/// The rule by which an archive gets its events.
pub(crate) fn rule_name(bus: &BusName, archive: &ArchiveName) -> RuleName {
    bus.clone().rule(format!("{RULE}{}", archive.name))
}

/// The archive of a rule, if it is one's.
pub(crate) fn of_rule(name: &RuleName, rule: &Rule) -> Option<ArchiveName> {
    rule.managed_by.as_ref()?;
    let archive = name.name.strip_prefix(RULE)?.to_owned();
    Some(ArchiveName { scope: name.bus.scope.clone(), name: archive })
}

/// The rule of an archive that wants what that pattern does.
pub(crate) fn rule(
    archive: &ArchiveName,
    pattern: Option<&str>,
    account: &str,
) -> Result<Rule, Error> {
    let (region, _) = archive.scope.place();
    let partition = archive.scope.partition();
    let template = format!(
        r#"{{"archive-arn": "{}", "event": <aws.events.event.json>, "ingestion-time": <aws.events.event.ingestion-time>}}"#,
        archive.arn()
    );
    let target = Target {
        id: format!("{RULE}{}", archive.name),
        arn: format!("arn:{partition}:events:{region}:::"),
        input_transformer: Some(InputTransformer {
            input_paths_map: Some(BTreeMap::new()),
            input_template: template,
        }),
        ..Target::default()
    };
    Ok(Rule {
        pattern: Some(wanted(pattern)?.to_string()),
        schedule: None,
        state: RuleState::Enabled,
        description: None,
        role_arn: None,
        created_by: account.to_owned(),
        managed_by: Some(MANAGER.to_owned()),
        tags: BTreeMap::new(),
        targets: vec![target],
        due: None,
    })
}

/// What the archive wants, if it doesn't come from a replay.
fn wanted(pattern: Option<&str>) -> Result<Value, Error> {
    let mut wanted = Object::new();
    if let Some(pattern) = pattern {
        let pattern =
            Value::parse(pattern).map_err(|_| store::Error::Corrupt("an archive's pattern"))?;
        for (name, value) in pattern.entries() {
            wanted.insert(name, value.clone());
        }
    }
    let absent = Value::object([("exists", Value::from(false))]);
    wanted.insert(REPLAY_NAME, Value::array([absent]));
    Ok(wanted.into())
}

/// The time of an event, by which it is kept.
pub(crate) fn time_of(event: &Value, otherwise: Timestamp) -> Timestamp {
    let time = event.get("time");
    let time = time.as_ref().and_then(Value::as_str).and_then(Timestamp::parse_rfc3339);
    time.unwrap_or(otherwise)
}

/// Goes on with a replay: the next of its events are on their way, or it is at its end.
pub(crate) async fn go_on(room: &Room, found: &Found<Replay>) -> Result<(), Error> {
    let replay = &found.value;
    let tables = Tables(&*room.store);
    let span = (replay.from.as_millis(), replay.until.as_millis());
    let archive = &replay.archive;
    let events = tables.archived(archive, span, replay.position, EVENTS_AT_ONCE).await?;
    let mut acceptance = Acceptance {
        tables,
        patterns: &room.patterns,
        now: room.house.now(),
        entropy: room.house.entropy(),
        batch: store::Batch::new(),
    };
    let mut next = Replay { state: ReplayState::Running, ..replay.clone() };
    for Archived { position, event } in &events {
        let replayed = replayed(event, &replay.name, &acceptance.entropy.uuid())?;
        acceptance.take_again(&replay.bus, &replayed, &replay.filter_arns).await?;
        next.position = Some(*position);
    }
    if events.len() < EVENTS_AT_ONCE {
        next.state = ReplayState::Completed;
        next.ended_at = Some(room.house.now());
    }
    let mut batch = tables::replay_change(found, next);
    batch.append(acceptance.batch);
    match room.store.commit(batch).await {
        // Another request has changed the replay: it was cancelled.
        Ok(()) | Err(store::Error::PreconditionFailed { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The same event with an id of its own, which says whose it is.
fn replayed(event: &str, replay: &str, id: &str) -> Result<Value, Error> {
    let event = Value::parse(event).map_err(|_| store::Error::Corrupt("an archived event"))?;
    let mut replayed = Object::new();
    for (name, value) in event.entries() {
        replayed.insert(name, value.clone());
    }
    replayed.insert("id", id);
    replayed.insert(REPLAY_NAME, replay);
    Ok(replayed.into())
}
