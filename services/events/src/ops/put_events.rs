use json::{Kind, Value};
use store::Batch;

use crate::errors::Error;
use crate::event::{Acceptance, Facts};
use crate::identifier::BusName;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{PutEventsInput, PutEventsOutput, PutEventsRequestEntry, PutEventsResultEntry};

/// What the entries of a request are together at most: 1 MB in the newest service model.
const ENTRIES_BYTES_MAX: usize = 1_048_576;
/// What a time counts.
const TIME_BYTES: usize = 14;

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>
pub(crate) async fn put_events(
    ctx: &Visit<'_>,
    req: PutEventsInput,
) -> Result<PutEventsOutput, Error> {
    if ENTRIES_BYTES_MAX < req.entries.iter().map(size).sum() {
        let sentence = "Total size of the entries in the request is over the limit.";
        return Err(Error::validation(sentence));
    }
    let attempt = ctx.request.attempt().cloned();
    if let Some(attempt) = &attempt
        && let Some(reply) = given_before(ctx, attempt).await?
    {
        return Ok(reply);
    }
    let mut acceptance = Acceptance {
        tables: ctx.tables(),
        patterns: &ctx.room().patterns,
        now: ctx.now(),
        entropy: ctx.request.house().entropy(),
        batch: Batch::new(),
    };
    let mut entries = Vec::new();
    for entry in &req.entries {
        entries.push(match checked(entry, &ctx.request.caller().arn) {
            Ok(detail) => taken(ctx, &mut acceptance, entry, detail).await?,
            Err(Malformed { code, message }) => PutEventsResultEntry {
                event_id: None,
                error_code: Some(code.to_owned()),
                error_message: Some(message),
            },
        });
    }
    let failed = entries.iter().filter(|entry| entry.error_code.is_some()).count();
    let reply = PutEventsOutput { failed_entry_count: failed as i32, entries };
    let mut batch = acceptance.batch;
    if let Some(attempt) = &attempt {
        let text = serde_json::to_vec(&reply).expect("writing to memory succeeds");
        tables::put_reply(&mut batch, attempt, text, ctx.now());
    }
    match (ctx.commit(batch).await?, &attempt) {
        (Commit::Done, _) | (Commit::Raced, None) => {
            ctx.room().bell.ring();
            Ok(reply)
        }
        // The same attempt was asked twice at once.
        (Commit::Raced, Some(attempt)) => {
            let reply = given_before(ctx, attempt).await?;
            reply.ok_or_else(|| store::Error::Corrupt("a reply that was there is gone").into())
        }
    }
}

/// What was answered to the attempt of a task that asks again.
async fn given_before(ctx: &Visit<'_>, attempt: &str) -> Result<Option<PutEventsOutput>, Error> {
    let Some(reply) = ctx.tables().reply(attempt).await? else { return Ok(None) };
    let corrupt = |_| store::Error::Corrupt("a reply of PutEvents");
    Ok(Some(aws::decode(&reply).map_err(corrupt)?))
}

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size>
fn size(entry: &PutEventsRequestEntry) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    entry.time.map_or(0, |_| TIME_BYTES)
        + length(&entry.source)
        + length(&entry.detail_type)
        + length(&entry.detail)
        + entry.resources.iter().flatten().map(String::len).sum::<usize>()
}

/// Why an entry isn't taken, while others of its request are.
struct Malformed {
    code: &'static str,
    message: String,
}

/// The detail of an entry that has all it needs.
fn checked(entry: &PutEventsRequestEntry, caller: &str) -> Result<Value, Malformed> {
    let needed = |name: &str, value: &Option<String>| match value {
        Some(value) if !value.is_empty() => Ok(()),
        _ => Err(Malformed {
            code: "InvalidArgument",
            message: format!(
                "Parameter {name} is not valid. Reason: {name} is a required argument."
            ),
        }),
    };
    needed("Source", &entry.source)?;
    needed("DetailType", &entry.detail_type)?;
    needed("Detail", &entry.detail)?;
    let source = entry.source.as_deref().unwrap_or_default();
    if source.starts_with("aws.") && !is_own(source, caller) {
        let message = "Not authorized for the source.".to_owned();
        return Err(Malformed { code: "NotAuthorizedForSource", message });
    }
    let detail = entry.detail.as_deref().and_then(|detail| Value::parse(detail).ok());
    let malformed =
        || Malformed { code: "MalformedDetail", message: "Detail is malformed.".to_owned() };
    detail.filter(|detail| detail.kind() == Kind::Object).ok_or_else(malformed)
}

/// Whether a service of AWS speaks for itself: `aws.s3` for `s3.amazonaws.com`.
fn is_own(source: &str, caller: &str) -> bool {
    let service = caller.strip_suffix(".amazonaws.com");
    service.is_some_and(|service| source.strip_prefix("aws.") == Some(service))
}

async fn taken(
    ctx: &Visit<'_>,
    acceptance: &mut Acceptance<'_>,
    entry: &PutEventsRequestEntry,
    detail: Value,
) -> Result<PutEventsResultEntry, Error> {
    let id = acceptance.entropy.uuid();
    let facts = Facts {
        id: &id,
        detail_type: entry.detail_type.as_deref().unwrap_or_default(),
        source: entry.source.as_deref().unwrap_or_default(),
        time: entry.time.map_or_else(|| ctx.now(), |time| time.0),
        resources: entry.resources.clone().unwrap_or_default(),
        detail,
    };
    let event = facts.to_event(&ctx.scope());
    let bus = BusName::of(ctx.scope(), entry.event_bus_name.as_deref());
    acceptance.take(&bus, &event, 0).await?;
    Ok(PutEventsResultEntry { event_id: Some(id), error_code: None, error_message: None })
}
