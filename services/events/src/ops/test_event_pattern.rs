use event_pattern::Pattern;
use json::{Kind, Value};

use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{TestEventPatternInput, TestEventPatternOutput};

/// What an event must have to be one.
const MEMBERS: [&str; 6] = ["id", "account", "source", "time", "region", "detail-type"];

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html>
pub(crate) async fn test_event_pattern(
    _ctx: &Visit<'_>,
    req: TestEventPatternInput,
) -> Result<TestEventPatternOutput, Error> {
    let pattern = Pattern::parse(&req.event_pattern)?;
    let event = Value::parse(&req.event).ok().filter(|event| event.kind() == Kind::Object);
    let event = event.ok_or_else(|| Error::validation("Parameter Event is not valid."))?;
    if let Some(missing) = MEMBERS.iter().find(|name| event.get(name).is_none()) {
        let sentence =
            format!("Parameter Event is not valid. Reason: {missing} is a required argument."); // By analogy.
        return Err(Error::validation(sentence));
    }
    Ok(TestEventPatternOutput { result: pattern.matches(&event) })
}
